using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Core.CardKeys;

/// <summary>Looks at batches and stock. Nothing is locked: a batch that is importing may be a slice further on at the next look.</summary>
public interface IInventory
{
    /// <summary>By id.</summary>
    Task<Batch?> FindAsync(long batchId, CancellationToken cancellation);

    /// <summary>By the key under which its owner imported it.</summary>
    Task<Batch?> FindAsync(string owner, string idempotencyKey, CancellationToken cancellation);

    /// <summary>Newest first, ids below <paramref name="before"/>.</summary>
    /// <param name="filter">Which batches.</param>
    /// <param name="before">An id.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<Batch>> ListAsync(BatchFilter filter, long before, int limit, CancellationToken cancellation);

    /// <summary>The rows of a batch that became no card keys, duplicates among them, by line.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="afterLine">Only lines above this.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<RejectedRow>> RejectedRowsAsync(long batchId, long afterLine, int limit, CancellationToken cancellation);

    /// <summary>Every batch of a SKU, newest first, with its stock.</summary>
    /// <param name="skuId">The SKU.</param>
    /// <param name="owner">Only batches that this owner has uploaded; null: all.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<BatchStock>> StockAsync(long skuId, string? owner, CancellationToken cancellation);
}

/// <summary>Which batches to list; null: whatever it is.</summary>
/// <param name="SkuId">Of this SKU.</param>
/// <param name="Owner">Uploaded by this owner.</param>
/// <param name="Status">In this status.</param>
public sealed record BatchFilter(long? SkuId = null, string? Owner = null, BatchStatus? Status = null);

/// <summary>A batch and what has become of its card keys.</summary>
public sealed record BatchStock(Batch Batch, StockCounts Counts)
{
    /// <summary>The counts as a buyer would find them: keys that are available in a batch that does not sell are out of sale like frozen ones.</summary>
    public StockCounts Shown => Batch.Sells ? Counts : Counts with { Available = 0, Frozen = Counts.Frozen + Counts.Available };
}
