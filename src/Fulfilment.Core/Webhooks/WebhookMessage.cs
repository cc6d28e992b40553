using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Webhooks;

/// <summary>An event of the outbox with what its webhook says. Thin: ids and states, never codes or recipients.</summary>
/// <param name="Id">The webhook's id, the same each time it is sent.</param>
/// <param name="StorefrontId">Whom to tell; 0: every storefront.</param>
/// <param name="Type">What happened.</param>
/// <param name="Order">To which order; null: to none.</param>
/// <param name="Data">JSON that says everything of an event that is not about an order.</param>
public sealed record WebhookMessage(long Id, long StorefrontId, WebhookEvent Type, MessageOrder? Order, string? Data)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In the header, and for whoever does not want an event twice.</summary>
    public string PublicId => Ids.PublicId.Format(Ids.PublicId.Event, Id);

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var body = new ArrayBufferWriter<byte>(320);
        using (var json = new Utf8JsonWriter(body, Json))
        {
            Begin(json, WebhookTypes.NameOf(Type), IdGenerator.TimeOf(Id));
            if (Order is { } order)
            {
                Write(json, order);
            }
            else
            {
                json.WriteRawValue(Data ?? "{}");
            }

            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    /// <summary>The body of a test.</summary>
    public static ReadOnlyMemory<byte> Test(long endpointId, DateTimeOffset now)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Json))
        {
            Begin(json, WebhookTypes.Test, now);
            json.WriteStartObject();
            json.WriteString("endpointId"u8, Ids.PublicId.Format(Ids.PublicId.WebhookEndpoint, endpointId));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    private static void Begin(Utf8JsonWriter json, string type, DateTimeOffset at)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("timestamp"u8, at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WritePropertyName("data"u8);
    }

    private static void Write(Utf8JsonWriter json, MessageOrder order)
    {
        json.WriteStartObject();
        json.WriteString("orderId"u8, Ids.PublicId.Format(Ids.PublicId.Order, order.Id));
        json.WriteString("clientReference"u8, order.ClientReference);
        json.WriteString("status"u8, JsonNamingPolicy.CamelCase.ConvertName(order.Status.ToString()));
        json.WriteNumber("version"u8, order.Version);
        json.WritePropertyName("metadata"u8);
        json.WriteRawValue(order.Metadata ?? "null");
        if (order.UnitId is { } unitId)
        {
            json.WriteString("unitId"u8, Ids.PublicId.Format(Ids.PublicId.Unit, unitId));
        }

        json.WriteEndObject();
    }
}

/// <summary>The order of an event.</summary>
/// <param name="Id">The order.</param>
/// <param name="ClientReference">As its storefront knows it.</param>
/// <param name="Status">Where it stood when the event happened.</param>
/// <param name="Version">Which change of it the event was.</param>
/// <param name="Metadata">The storefront's own, JSON.</param>
/// <param name="UnitId">The unit the event is about.</param>
public sealed record MessageOrder(long Id, string ClientReference, OrderStatus Status, int Version, string? Metadata, long? UnitId);
