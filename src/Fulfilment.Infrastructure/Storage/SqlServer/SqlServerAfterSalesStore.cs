using Fulfilment.Core.AfterSales;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>After-sales on SQL Server. Serializable, because what was counted decides: a storefront's allowance of the day, and that a unit is in one case.</summary>
public sealed class SqlServerAfterSalesStore(SqlServerDatabase database) : IAfterSalesStore
{
    /// <inheritdoc/>
    public Task<T> RunAsync<T>(Func<IAfterSalesTransaction, ValueTask<T>> work) => database.WriteCustodyAsync(async connection =>
        await work(new AfterSalesTransaction(connection, new SqlServerCardKeyClaims(connection), new SqlServerOrderEffects(connection))).ConfigureAwait(false));

    /// <inheritdoc/>
    public Task<AfterSalesCase?> FindAsync(long caseId, CancellationToken cancellation) =>
        database.ReadSnapshotAsync(connection => AfterSalesRows.FindAsync(connection, caseId), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AfterSalesCase>> ListAsync(AfterSalesQuery query, CancellationToken cancellation) =>
        database.ReadSnapshotAsync(connection => AfterSalesRows.ListAsync(connection, database.Dialect, query), cancellation);
}
