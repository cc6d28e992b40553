using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <inheritdoc cref="IBatchStore"/>
public sealed class SqlServerBatchStore(SqlServerDatabase database) : BatchStore(database)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Task> _last = [];

    /// <inheritdoc/>
    public override Task<SliceCounts?> AppendAsync(Batch batch, BatchSlice slice, ImportLease lease, Action taken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(slice);
        ArgumentNullException.ThrowIfNull(taken);
        lock (_gate)
        {
            // One slice of a batch after the other: each is guarded by the number of rows before it.
            var stored = AppendAfterAsync(_last.GetValueOrDefault(batch.Id) ?? Task.CompletedTask, batch, slice, lease, taken);
            _last[batch.Id] = stored;
            _ = ForgetAsync(batch.Id, stored);
            return stored;
        }
    }

    private async Task<SliceCounts?> AppendAfterAsync(Task before, Batch batch, BatchSlice slice, ImportLease lease, Action taken)
    {
        // Where the one before failed, the guard refuses this one.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        var counts = await StoreAsync(batch, slice, lease).ConfigureAwait(false);
        taken();
        return counts;
    }

    private Task<SliceCounts?> StoreAsync(Batch batch, BatchSlice slice, ImportLease lease)
    {
        var isCopied = false;
        return database.Repeats.RunAsync(
            () => database.RunAsync(async connection =>
            {
                isCopied = false;
                await SqlServerSliceWriter.CopyAsync(connection, slice).ConfigureAwait(false);
                isCopied = true;
                using var inside = OpenTransaction.Enter();
                return await SqlServerSliceWriter.StoreAsync(connection, batch, slice, lease).ConfigureAwait(false);
            }),
            exception => MayRepeat(SqlServerErrors.Of(exception), isCopied));
    }

    // A connection that is lost inside the transaction leaves open whether it was committed: the upload ends, and the next one goes on behind what is stored.
    private static bool MayRepeat(SqlServerError error, bool isCopied) => error switch
    {
        SqlServerError.Deadlock or SqlServerError.SnapshotConflict or SqlServerError.Duplicate => true,
        SqlServerError.Transient => !isCopied,
        _ => false,
    };

    private async Task ForgetAsync(long batchId, Task stored)
    {
        await stored.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_last.GetValueOrDefault(batchId) == stored)
            {
                _last.Remove(batchId);
            }
        }
    }
}
