using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Infrastructure.Tests.CardKeys;

/// <summary>The real store, which fails once so many slices are stored: the disk is full, say.</summary>
internal sealed class FailingBatchStore(IBatchStore store, int slicesUntilFailure) : IBatchStore
{
    private int _left = slicesUntilFailure;

    public Task<BatchClaim> ClaimAsync(Batch batch, ImportLease lease) => store.ClaimAsync(batch, lease);

    public Task<SliceCounts?> AppendAsync(Batch batch, BatchSlice slice, ImportLease lease, Action taken) =>
        _left-- > 0 ? store.AppendAsync(batch, slice, lease, taken) : Task.FromException<SliceCounts?>(new IOException("The disk is full."));

    public Task<Batch?> CompleteAsync(long batchId, ImportLease lease, long processed, DateTimeOffset at, long eventId) => store.CompleteAsync(batchId, lease, processed, at, eventId);

    public Task ReleaseAsync(long batchId, ImportLease lease) => store.ReleaseAsync(batchId, lease);
}
