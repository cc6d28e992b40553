using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>Settles held orders on SQL Server.</summary>
public sealed class SqlServerHeldOrderStore(SqlServerDatabase database) : IHeldOrderStore
{
    private readonly HeldOrdersDue _due = new(database);

    /// <inheritdoc/>
    public Task<bool> SettleAsync(long orderId, int custodyDay, int node, Func<HeldOrder, HeldOrderSettlement?> decide) => database.WriteCustodyAsync(connection =>
        new HeldOrderTransaction(connection, new SqlServerCardKeyClaims(connection), new SqlServerOrderEffects(connection)).SettleAsync(orderId, custodyDay, node, decide));

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => _due.FindAsync(now, limit, cancellation);
}
