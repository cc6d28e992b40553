using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>People's work on units on SQL Server. Serializable, because what was read decides: who has the unit, and that no proposal waits for it.</summary>
public sealed class SqlServerManualStore(SqlServerDatabase database, ISupplierVault vault) : IManualStore
{
    /// <inheritdoc/>
    public Task<T> RunAsync<T>(Func<IManualTransaction, ValueTask<T>> work) => database.WriteCustodyAsync(async connection => await work(new ManualTransaction(
        connection, new SqlServerCardKeyClaims(connection), new SqlServerOrderEffects(connection), database.Dialect, vault)).ConfigureAwait(false));
}
