namespace Fulfilment.Core.Orders;

/// <summary>Reads orders. Every look-up names the storefront, so that another's order is simply not there.</summary>
public interface IOrderStore
{
    /// <summary>The order with everything in it, or null.</summary>
    Task<StoredOrder?> FindAsync(long storefrontId, long orderId, CancellationToken cancellation);

    /// <summary>Whether the order is there and has open units.</summary>
    Task<bool> IsOpenAsync(long storefrontId, long orderId, CancellationToken cancellation);

    /// <summary>A page of a storefront's orders, newest first; <see cref="OrderQuery.StorefrontId"/> must be given.</summary>
    Task<OrderPage> ListAsync(OrderQuery query, CancellationToken cancellation);
}

/// <summary>Which orders.</summary>
/// <param name="StorefrontId">Whose; null: of every storefront, for operators.</param>
/// <param name="Before">Older than this order; null: from the newest on.</param>
/// <param name="Limit">At most so many.</param>
public sealed record OrderQuery(long? StorefrontId, long? Before, int Limit)
{
    /// <summary>The one with this reference; of every storefront, one each.</summary>
    public string? ClientReference { get; init; }

    /// <summary>In this status.</summary>
    public OrderStatus? Status { get; init; }

    /// <summary>With a line of this SKU; only of one storefront or with one reference.</summary>
    public long? SkuId { get; init; }

    /// <summary>Made then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Made before then.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A page of a list of orders.</summary>
/// <param name="Orders">Newest first.</param>
/// <param name="GoesOn">Whether there are more.</param>
public sealed record OrderPage(IReadOnlyList<StoredOrder> Orders, bool GoesOn)
{
    /// <summary>A page ends before the order that would bring it to more units; its first order is there however large. An order has up to 5,000.</summary>
    public const int MostUnits = 2_000;

    /// <summary>Nothing.</summary>
    public static readonly OrderPage Empty = new([], false);
}
