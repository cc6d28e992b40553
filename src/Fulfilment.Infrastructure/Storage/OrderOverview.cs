using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads orders for operators.</summary>
public sealed class OrderOverview(IDatabase database) : IOrderOverview
{
    /// <inheritdoc/>
    public Task<StoredOrder?> FindAsync(long orderId, CancellationToken cancellation) =>
        database.ReadSnapshotAsync(connection => OrderStore.ReadAsync(connection, orderId), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredOrder>> ListAsync(OrderStatus? status, long? storefrontId, long before, int limit, CancellationToken cancellation)
    {
        // Held orders are few among very many: through orders_due they are found without a walk over all of them.
        var sql = $"""
            SELECT {OrderStore.OrderColumns} FROM orders AS o
            WHERE o.id < @before
            {(status is null ? "" : "AND o.status = @status")}
            {(status is OrderStatus.Held ? "AND o.id IN (SELECT d.id FROM orders AS d WHERE d.due_at > 0)" : "")}
            {(storefrontId is null ? "" : "AND o.storefront_id = @storefrontId")}
            ORDER BY o.id DESC LIMIT @limit
            """;
        return database.ReadSnapshotAsync<IReadOnlyList<StoredOrder>>(
            async connection => await OrderStore.QueryAsync(connection, sql, new { before, status, storefrontId, limit }).ConfigureAwait(false), cancellation);
    }
}
