using Fulfilment.Core.Fulfilment;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Fulfilment on SQLite. Every outcome comes through here, so what intake keeps compiled is kept compiled here too.</summary>
public sealed class SqliteFulfilmentStore(SqliteDatabase database) : IFulfilmentStore, IDisposable
{
    // Made and used on the writer's thread alone.
    private SqliteCardKeyClaims? _claims;
    private SqliteOrderEffects? _effects;

    private readonly FulfilmentReader _reader = new(database);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PendingUnit>> FindPendingAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => _reader.FindPendingAsync(now, limit, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SubmittedUnit>> FindSubmittedAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => _reader.FindSubmittedAsync(now, limit, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> FindOrdersAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => _reader.FindOrdersAsync(now, limit, cancellation);

    /// <inheritdoc/>
    public Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work) => database.RunAsync(connection => Run(connection, work), WritePriority.Background);

    /// <inheritdoc/>
    public void Dispose()
    {
        _claims?.Dispose();
        _effects?.Dispose();
    }

    private T Run<T>(SqliteConnection connection, Func<IFulfilmentTransaction, ValueTask<T>> work)
    {
        _claims ??= new SqliteCardKeyClaims(connection);
        _effects ??= new SqliteOrderEffects(connection);
        var task = work(new FulfilmentTransaction(connection, _claims, _effects, database.Dialect));
        return task.IsCompleted
            ? task.GetAwaiter().GetResult()
            : throw new InvalidOperationException("Fulfilment waited for something other than the database inside its transaction.");
    }
}
