namespace Fulfilment.Core.Orders;

/// <summary>Reads orders. Every look-up names the storefront, so that another's order is simply not there.</summary>
public interface IOrderStore
{
    /// <summary>The order with everything in it, or null.</summary>
    Task<StoredOrder?> FindAsync(long storefrontId, long orderId, CancellationToken cancellation);

    /// <summary>A page of a storefront's orders, newest first.</summary>
    Task<IReadOnlyList<StoredOrder>> ListAsync(OrderQuery query, CancellationToken cancellation);
}

/// <summary>Which orders.</summary>
/// <param name="StorefrontId">Whose.</param>
/// <param name="Before">Older than this order; null: from the newest on.</param>
/// <param name="Limit">At most so many.</param>
public sealed record OrderQuery(long StorefrontId, long? Before, int Limit)
{
    /// <summary>The one with this reference.</summary>
    public string? ClientReference { get; init; }

    /// <summary>In this status.</summary>
    public OrderStatus? Status { get; init; }

    /// <summary>With a line of this SKU.</summary>
    public long? SkuId { get; init; }

    /// <summary>Made then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Made before then.</summary>
    public DateTimeOffset? To { get; init; }
}
