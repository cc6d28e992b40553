namespace Fulfilment.Core.Orders;

/// <summary>Reads the orders of every storefront, for operators. Apart from <see cref="IOrderStore"/>, so that a storefront's call cannot come upon another's order.</summary>
public interface IOrderOverview
{
    /// <summary>The order with everything in it, whosever it is, or null.</summary>
    Task<StoredOrder?> FindAsync(long orderId, CancellationToken cancellation);

    /// <summary>A page of orders, newest first.</summary>
    Task<OrderPage> ListAsync(OrderQuery query, CancellationToken cancellation);
}
