namespace Fulfilment.Core.Orders;

/// <summary>The body of <c>POST /v1/orders</c>; API.md, Orders. Values are as they came: <see cref="OrderRequestRules"/> says which are good.</summary>
public sealed record OrderRequest
{
    /// <summary>The storefront's own order number; makes at most one order, for ever.</summary>
    public required string ClientReference { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>1 to 50.</summary>
    public required IReadOnlyList<OrderLineRequest> Lines { get; init; }

    /// <summary>Who buys.</summary>
    public BuyerRequest? Buyer { get; init; }

    /// <summary>Whether to deliver what there is when stock is short.</summary>
    public bool AllowPartial { get; init; }

    /// <summary>Why the units are given; null: sold.</summary>
    public OrderSource? Source { get; init; }

    /// <summary>A label of the storefront's.</summary>
    public string? Campaign { get; init; }

    /// <summary>Returned as it came.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>One line of an order.</summary>
public sealed record OrderLineRequest
{
    /// <summary>The SKU's code.</summary>
    public required string Sku { get; init; }

    /// <summary>How many units.</summary>
    public required int Quantity { get; init; }

    /// <summary>The account that receives the benefit.</summary>
    public string? Recipient { get; init; }

    /// <summary>Values for the fields the SKU declares.</summary>
    public IReadOnlyDictionary<string, string>? Inputs { get; init; }

    /// <summary>Refuse the order if a unit costs more.</summary>
    public Money? MaxUnitPrice { get; init; }

    /// <summary>What the buyer pays the storefront for a unit; for its own reports.</summary>
    public Money? SalePrice { get; init; }

    /// <summary>Returned as it came.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Prints nothing: recipients and inputs are never logged.</summary>
    public override string ToString() => nameof(OrderLineRequest);
}

/// <summary>Who buys; all of it optional.</summary>
public sealed record BuyerRequest
{
    /// <summary>The storefront's number for the buyer.</summary>
    public string? Reference { get; init; }

    /// <summary>The buyer's address.</summary>
    public string? Ip { get; init; }

    /// <summary>The buyer's device.</summary>
    public string? DeviceId { get; init; }

    /// <summary>Phone or e-mail.</summary>
    public string? Contact { get; init; }

    /// <summary>Prints nothing: buyers are never logged.</summary>
    public override string ToString() => nameof(BuyerRequest);
}

/// <summary>Why units are given. Stored as numbers; in the API camel case.</summary>
public enum OrderSource
{
    /// <summary>Sold.</summary>
    Sale = 1,

    /// <summary>Won.</summary>
    Prize = 2,

    /// <summary>Given to staff.</summary>
    EmployeeBenefit = 3,

    /// <summary>Given away.</summary>
    Gift = 4,

    /// <summary>Part of a membership.</summary>
    Membership = 5,
}
