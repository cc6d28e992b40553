using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads orders for operators.</summary>
public sealed class OrderOverview(IDatabase database) : IOrderOverview
{
    /// <inheritdoc/>
    public Task<StoredOrder?> FindAsync(long orderId, CancellationToken cancellation) =>
        database.ReadSnapshotAsync(connection => OrderStore.ReadAsync(connection, orderId), cancellation);

    /// <inheritdoc/>
    public Task<OrderPage> ListAsync(OrderQuery query, CancellationToken cancellation) =>
        database.ReadSnapshotAsync(connection => OrderList.ReadAsync(connection, database.Dialect, query), cancellation);
}
