using System.Text.Json;
using System.Text.Json.Serialization;
using Fulfilment.Core;
using SupplierSimulator.Faults;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>What <c>/_truth</c> shows: everything that arrived and what came of it, for comparison with the customer's records.</summary>
/// <param name="Seed">Of the faults.</param>
/// <param name="Balance">What the customer has left.</param>
/// <param name="Charged">What the customer was charged.</param>
/// <param name="Forged">Requests whose signature did not match.</param>
/// <param name="Unreadable">Requests that asked for nothing we know.</param>
/// <param name="Orders">By the customer's number.</param>
public sealed record SupplierTruth(
    int Seed, [property: JsonConverter(typeof(MoneyText))] Money Balance, [property: JsonConverter(typeof(MoneyText))] Money Charged, int Forged, int Unreadable, IReadOnlyList<OrderTruth> Orders);

/// <summary>One order, or one submission that came to none.</summary>
/// <param name="Reference">The customer's number.</param>
/// <param name="Product">The supplier's code.</param>
/// <param name="Fault">What befell it.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Arrivals">How often it was submitted.</param>
/// <param name="Queries">How often it was asked for.</param>
/// <param name="QueriesTooSoon">Of them, sooner than the supplier allows.</param>
/// <param name="Charged">For it.</param>
/// <param name="Codes">That were issued for it.</param>
/// <param name="CallbacksSent">With every try.</param>
/// <param name="CallbacksTaken">That were answered as the supplier expects.</param>
public sealed record OrderTruth(
    string Reference, string Product, Fault Fault, TruthState State, int Arrivals, int Queries, int QueriesTooSoon,
    [property: JsonConverter(typeof(MoneyText))] Money Charged, IReadOnlyList<SoldCode> Codes, int CallbacksSent, int CallbacksTaken)
{
    internal static OrderTruth Of(SimulatedOrder order, DateTimeOffset now) => new(
        order.Reference, order.Product, order.Fault,
        order.AcceptedAt is null ? TruthState.None : now < order.EndsAt ? TruthState.Processing : order.Issues ? TruthState.Issued : TruthState.Rejected,
        order.Arrivals, order.Queries, order.QueriesTooSoon, order.Charged, order.Codes, order.CallbacksSent, order.CallbacksTaken);
}

/// <summary>Where an order stands in truth.</summary>
public enum TruthState
{
    /// <summary>It arrived and was never accepted.</summary>
    None,

    /// <summary>Under way.</summary>
    Processing,

    /// <summary>Issued and charged.</summary>
    Issued,

    /// <summary>Failed for good.</summary>
    Rejected,
}

/// <summary>Money as a decimal in a string.</summary>
public sealed class MoneyText : JsonConverter<Money>
{
    /// <inheritdoc/>
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Money.TryParse(reader.GetString(), out var money) ? money : throw new JsonException("Not an amount.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
