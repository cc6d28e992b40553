using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Suppliers;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>People's work on units on SQLite. Rare beside intake, so its statements are not kept compiled.</summary>
public sealed class SqliteManualStore(SqliteDatabase database, ISupplierVault vault) : IManualStore
{
    /// <inheritdoc/>
    public Task<T> RunAsync<T>(Func<IManualTransaction, ValueTask<T>> work) => database.RunAsync(connection => Run(connection, work), WritePriority.Prompt);

    private T Run<T>(SqliteConnection connection, Func<IManualTransaction, ValueTask<T>> work)
    {
        using var claims = new SqliteCardKeyClaims(connection);
        using var effects = new SqliteOrderEffects(connection);
        var task = work(new ManualTransaction(connection, claims, effects, database.Dialect, vault));
        return task.IsCompleted
            ? task.GetAwaiter().GetResult()
            : throw new InvalidOperationException("A person's work waited for something other than the database inside its transaction.");
    }
}
