using System.Text.Json.Serialization;

namespace Fulfilment.Core.Orders;

/// <summary>An order as the API shows it; API.md, Orders.</summary>
public sealed record OrderView
{
    /// <summary><c>ord_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Whose it is; shown to operators alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Storefront { get; init; }

    /// <summary>The storefront's own number.</summary>
    public required string ClientReference { get; init; }

    /// <summary>Where it stands.</summary>
    public required OrderStatus Status { get; init; }

    /// <summary>Grows with each change.</summary>
    public required int Version { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Price of all units ordered.</summary>
    public required Money Amount { get; init; }

    /// <summary>Why the units were given.</summary>
    public required OrderSource Source { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When nothing of it was open any more.</summary>
    public required DateTimeOffset? CompletedAt { get; init; }

    /// <summary>As it came.</summary>
    public required IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>In the order they came.</summary>
    public required IReadOnlyList<OrderLineView> Lines { get; init; }

    /// <summary>Whether it is play: made with a test key. Left out of real orders.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Sandbox { get; init; }
}

/// <summary>A line as the API shows it.</summary>
/// <param name="Id"><c>lin_…</c></param>
/// <param name="Sku">The SKU's code.</param>
/// <param name="Quantity">Units ordered.</param>
/// <param name="UnitPrice">Price of one.</param>
/// <param name="Amount">Price of all.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Recipient">Masked.</param>
/// <param name="Metadata">As it came.</param>
/// <param name="Units">Its units.</param>
public sealed record OrderLineView(
    string Id, string Sku, int Quantity, Money UnitPrice, Money Amount, OrderStatus Status, string? Recipient,
    IReadOnlyDictionary<string, string>? Metadata, IReadOnlyList<UnitView> Units);

/// <summary>A unit as the API shows it.</summary>
/// <param name="Id"><c>unt_…</c></param>
/// <param name="Status">Where it stands.</param>
/// <param name="DeliveredAt">When the benefit was given.</param>
/// <param name="ExpiresOn">The last day of the code.</param>
/// <param name="NextCheckAt">When something looks at it again.</param>
/// <param name="Failure">Why it will not be delivered.</param>
/// <param name="ReplacesUnitId">The unit whose place it took.</param>
/// <param name="Code">Only where codes were asked for and may be shown.</param>
public sealed record UnitView(
    string Id, UnitState Status, DateTimeOffset? DeliveredAt, DateOnly? ExpiresOn, DateTimeOffset? NextCheckAt, UnitFailureView? Failure, string? ReplacesUnitId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CodeView? Code)
{
    /// <summary>Which component of a bundle it is; left out elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sku { get; init; }

    /// <summary>Its share of a bundle's price; left out elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? Price { get; init; }
}

/// <summary>Why a unit will not be delivered.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Detail">In words.</param>
public sealed record UnitFailureView(string Code, string Detail);

/// <summary>A code in plain text; prints nothing.</summary>
/// <param name="Number">The card's number, if it has one.</param>
/// <param name="Secret">What redeems it.</param>
public sealed record CodeView(string? Number, string Secret)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(CodeView);
}

/// <summary>A delivered code on its own, as <c>GET /v1/orders/{id}/codes</c> lists them.</summary>
/// <param name="UnitId"><c>unt_…</c></param>
/// <param name="Sku">The SKU's code.</param>
/// <param name="Number">The card's number, if it has one.</param>
/// <param name="Secret">What redeems it.</param>
/// <param name="ExpiresOn">Its last day.</param>
public sealed record DeliveredCode(string UnitId, string Sku, string? Number, string Secret, DateOnly? ExpiresOn)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(DeliveredCode);
}
