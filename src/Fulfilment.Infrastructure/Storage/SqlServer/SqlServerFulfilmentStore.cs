using Fulfilment.Core.Fulfilment;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>Fulfilment on SQL Server. Serializable, because what was counted decides: that an order has no open unit left.</summary>
public sealed class SqlServerFulfilmentStore(SqlServerDatabase database) : IFulfilmentStore
{
    private readonly FulfilmentReader _reader = new(database);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PendingUnit>> FindPendingAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => _reader.FindPendingAsync(now, limit, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SubmittedUnit>> FindSubmittedAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => _reader.FindSubmittedAsync(now, limit, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> FindOrdersAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => _reader.FindOrdersAsync(now, limit, cancellation);

    /// <inheritdoc/>
    public Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work) => database.WriteCustodyAsync(async connection =>
        await work(new FulfilmentTransaction(connection, new SqlServerCardKeyClaims(connection), new SqlServerOrderEffects(connection), database.Dialect)).ConfigureAwait(false));
}
