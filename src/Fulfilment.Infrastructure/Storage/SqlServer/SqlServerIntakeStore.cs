using System.Data.Common;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;
using Microsoft.Data.SqlClient;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>Intake on SQL Server. It repeats nothing itself: whoever made the group reads its references first, and so finds what a broken commit had stored.</summary>
public sealed class SqlServerIntakeStore(SqlServerDatabase database) : IIntakeStore
{
    private const int TimedOut = -2;

    /// <inheritdoc/>
    public async Task RunAsync(Func<IIntakeTransaction, ValueTask> work)
    {
        await database.CustodyGate.WaitAsync().ConfigureAwait(false);
        var isOpen = false;
        try
        {
            await database.RunAsync(async connection =>
            {
                isOpen = true;

                // Its transaction opens with the write, at the end; what is read before decides it and waits for nothing else either.
                using var inside = OpenTransaction.Enter();
                await work(new SqlServerIntakeTransaction(connection)).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        catch (DbException failed) when (Translate(failed) is { } conflict)
        {
            throw conflict;
        }
        catch (InvalidOperationException waited) when (!isOpen)
        {
            // All connections of SqlClient's pool were in use for as long as one waits for them; each part of the group would wait as long.
            throw new StorageUnavailableException(waited.Message, waited);
        }
        finally
        {
            database.CustodyGate.Release();
        }
    }

    /// <summary>What a failure means for the group, or null: something is wrong with it.</summary>
    private static StorageConflictException? Translate(DbException failed) => SqlServerErrors.Of(failed) switch
    {
        SqlServerError.Deadlock or SqlServerError.SnapshotConflict or SqlServerError.Duplicate => new StorageConflictException(failed.Message, failed),
        SqlServerError.Transient => new StorageUnavailableException(failed.Message, failed),
        _ => failed is SqlException { Number: TimedOut } ? new StorageUnavailableException(failed.Message, failed) : null,
    };
}
