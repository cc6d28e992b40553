namespace Fulfilment.Core.Orders;

/// <summary>Reads the orders of every storefront, for operators. Apart from <see cref="IOrderStore"/>, so that a storefront's call cannot come upon another's order.</summary>
public interface IOrderOverview
{
    /// <summary>The order with everything in it, whosever it is, or null.</summary>
    Task<StoredOrder?> FindAsync(long orderId, CancellationToken cancellation);

    /// <summary>A page of orders, newest first.</summary>
    /// <param name="status">In this status alone; null: in any.</param>
    /// <param name="storefrontId">Of this storefront alone; null: of all.</param>
    /// <param name="before">Older than this order.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<StoredOrder>> ListAsync(OrderStatus? status, long? storefrontId, long before, int limit, CancellationToken cancellation);
}
