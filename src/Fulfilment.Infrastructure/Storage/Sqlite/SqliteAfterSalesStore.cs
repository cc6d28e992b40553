using Fulfilment.Core.AfterSales;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>After-sales on SQLite. Rare beside intake, so its statements are not kept compiled.</summary>
public sealed class SqliteAfterSalesStore(SqliteDatabase database) : IAfterSalesStore
{
    /// <inheritdoc/>
    public Task<T> RunAsync<T>(Func<IAfterSalesTransaction, ValueTask<T>> work) => database.RunAsync(connection => Run(connection, work), WritePriority.Prompt);

    /// <inheritdoc/>
    public Task<AfterSalesCase?> FindAsync(long caseId, CancellationToken cancellation) =>
        database.ReadSnapshotAsync(connection => AfterSalesRows.FindAsync(connection, caseId), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AfterSalesCase>> ListAsync(AfterSalesQuery query, CancellationToken cancellation) =>
        database.ReadSnapshotAsync(connection => AfterSalesRows.ListAsync(connection, database.Dialect, query), cancellation);

    private static T Run<T>(SqliteConnection connection, Func<IAfterSalesTransaction, ValueTask<T>> work)
    {
        using var claims = new SqliteCardKeyClaims(connection);
        using var effects = new SqliteOrderEffects(connection);
        var task = work(new AfterSalesTransaction(connection, claims, effects));
        return task.IsCompleted
            ? task.GetAwaiter().GetResult()
            : throw new InvalidOperationException("After-sales waited for something other than the database inside its transaction.");
    }
}
