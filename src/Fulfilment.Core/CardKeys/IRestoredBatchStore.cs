using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.CardKeys;

/// <summary>Batches that a restore took out of sale.</summary>
public interface IRestoredBatchStore
{
    /// <summary>Those that wait for their release, oldest first.</summary>
    Task<IReadOnlyList<RestoredBatch>> ListAsync(CancellationToken cancellation);

    /// <summary>The batch as it waits; null when there is no such batch, or it does not wait.</summary>
    Task<RestoredBatch?> FindAsync(long batchId, CancellationToken cancellation);

    /// <summary>Whether there is such a batch at all.</summary>
    Task<bool> ExistsAsync(long batchId, CancellationToken cancellation);

    /// <summary>Lets the batch be as frozen as it was before the restore of that time. False when it no longer waits from that restore.</summary>
    Task<bool> ReleaseAsync(long batchId, DateTimeOffset restoredAt, AuditEntry audit);
}

/// <summary>A batch that waits for its release after a restore.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="SkuId">What its codes are of.</param>
/// <param name="RestoredAt">When it was taken out of sale.</param>
/// <param name="BackupTakenAt">What happened after this moment is not known.</param>
/// <param name="WasFrozen">Whether an operator had frozen it before; it then stays frozen after its release.</param>
/// <param name="Stock">Its keys by state.</param>
public sealed record RestoredBatch(long BatchId, long SkuId, DateTimeOffset RestoredAt, DateTimeOffset BackupTakenAt, bool WasFrozen, StockCounts Stock);
