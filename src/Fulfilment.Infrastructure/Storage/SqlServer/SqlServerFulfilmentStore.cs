using Fulfilment.Core.Fulfilment;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>Fulfilment on SQL Server. Serializable, because what was counted decides: that an order has no open unit left.</summary>
public sealed class SqlServerFulfilmentStore(SqlServerDatabase database) : IFulfilmentStore
{
    /// <inheritdoc/>
    public Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work) => database.WriteCustodyAsync(async connection =>
        await work(new FulfilmentTransaction(connection, new SqlServerCardKeyClaims(connection), new SqlServerOrderEffects(connection))).ConfigureAwait(false));
}
