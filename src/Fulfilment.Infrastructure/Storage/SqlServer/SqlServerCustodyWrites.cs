using System.Data.Common;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>Serializable transactions that append custody entries, one at a time on this node, repeated as often as other nodes get in their way.</summary>
internal static class SqlServerCustodyWrites
{
    public static async Task<T> WriteCustodyAsync<T>(this SqlServerDatabase database, Func<DbConnection, Task<T>> work)
    {
        await database.CustodyGate.WaitAsync().ConfigureAwait(false);
        try
        {
            return await database.Repeats.RunAsync(() => database.WriteAsync(work), exception => exception is StorageConflictException).ConfigureAwait(false);
        }
        finally
        {
            database.CustodyGate.Release();
        }
    }
}
