using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Core.CardKeys;

/// <summary>Keeps batches while they are imported. Each call is one transaction.</summary>
public interface IBatchStore
{
    /// <summary>
    /// Stores the batch, or finds the one its owner made with the same key, and makes <paramref name="lease"/> its importer
    /// if it is still importing, has the same details and nobody else's lease on it lasts.
    /// </summary>
    Task<BatchClaim> ClaimAsync(Batch batch, ImportLease lease);

    /// <summary>
    /// Stores a slice and its counts; null, with nothing stored, when the lease is somebody else's by now. Calls queue in the order
    /// in which they are made. <paramref name="taken"/> is called before the slice is durable, as soon as its buffers may be filled again.
    /// </summary>
    Task<SliceCounts?> AppendAsync(Batch batch, BatchSlice slice, ImportLease lease, Action taken);

    /// <summary>Ends the import after so many rows; null when the lease is somebody else's by now.</summary>
    Task<Batch?> CompleteAsync(long batchId, ImportLease lease, long processed, DateTimeOffset at, long eventId);

    /// <summary>Gives the lease back, so that the same upload can go on at once.</summary>
    Task ReleaseAsync(long batchId, ImportLease lease);
}

/// <summary>
/// Who imports a batch, and until when nobody else may. Each slice prolongs it, so it ends soon after a process was killed or a
/// connection went silent. It spares two uploads the work; that no row is stored twice is decided by guards, not by time.
/// </summary>
/// <param name="Importer">Unique to this run.</param>
/// <param name="NowMs">Unix milliseconds.</param>
/// <param name="UntilMs">Unix milliseconds.</param>
public readonly record struct ImportLease(long Importer, long NowMs, long UntilMs);

/// <summary>The stored batch, and whether it may be gone on with.</summary>
/// <param name="Batch">As stored, this owner's and key's.</param>
/// <param name="Claimed">Whether the lease was given.</param>
public readonly record struct BatchClaim(Batch Batch, bool Claimed);

/// <summary>What became of a slice's rows.</summary>
/// <param name="Accepted">Became card keys.</param>
/// <param name="Duplicate">Known already.</param>
/// <param name="Rejected">Unreadable or expired.</param>
public readonly record struct SliceCounts(int Accepted, int Duplicate, int Rejected);
