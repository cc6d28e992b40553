using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The column <c>units.revealed_at</c>, together with the audit of what sets it.</summary>
public sealed class RevealStore(IDatabase database) : IRevealStore
{
    /// <inheritdoc/>
    public Task<bool> RecordAsync(long orderId, int version, DateTimeOffset at, AuditEntry entry) => database.WriteAsync(async connection =>
    {
        var current = await connection.ExecuteScalarAsync<int?>("SELECT version FROM orders WHERE id = @orderId", new { orderId }).ConfigureAwait(false);
        if (current != version)
        {
            return false;
        }

        await connection.ExecuteAsync(
            "UPDATE units SET revealed_at = @at WHERE order_id = @orderId AND state = @delivered AND revealed_at IS NULL",
            new { at = at.ToUnixTimeMilliseconds(), orderId, delivered = UnitState.Delivered }).ConfigureAwait(false);
        await AuditStore.AppendAsync(connection, entry).ConfigureAwait(false);
        return true;
    });
}
