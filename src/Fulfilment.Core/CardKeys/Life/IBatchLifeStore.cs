using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.CardKeys.Life;

/// <summary>Changes whether batches sell, and finds the work that follows from it.</summary>
public interface IBatchLifeStore
{
    /// <summary>
    /// In one transaction reads the batch, asks <paramref name="decide"/> and, where that comes with an audit entry, writes the batch's status and whether
    /// it is frozen, guarded by what was read, with the entry; the stock is announced as changed. <c>not_found</c> without asking when there is none.
    /// </summary>
    Task<Result<Batch>> ChangeAsync(long batchId, Func<Batch, BatchChange> decide);

    /// <summary>Batches that are recalled or were rejected and still have keys that are available or frozen.</summary>
    Task<IReadOnlyList<WithdrawnBatch>> WithdrawnAsync(CancellationToken cancellation);

    /// <summary>The next available or frozen keys of a batch by id, behind <paramref name="after"/>. It reads on to the end of the stock when there are fewer.</summary>
    Task<IReadOnlyList<long>> UnsoldKeysAsync(long batchId, long after, int limit, CancellationToken cancellation);

    /// <summary>The orders that hold sold keys of a batch, last key first.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="before">Only keys with an id below; <see cref="long.MaxValue"/>: from the last on.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<SoldKey>> SoldKeysAsync(long batchId, long before, int limit, CancellationToken cancellation);
}

/// <summary>What is to become of a batch.</summary>
/// <param name="Batch">As it shall be, or why not.</param>
/// <param name="Audit">Null: nothing changes.</param>
public sealed record BatchChange(Result<Batch> Batch, AuditEntry? Audit = null);

/// <summary>A batch that is never sold again and still has keys to void.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Unsold">How many of its keys are available or frozen.</param>
public readonly record struct WithdrawnBatch(long BatchId, long Unsold);

/// <summary>A sold key and the order that holds it.</summary>
/// <param name="CardKeyId">The key.</param>
/// <param name="OrderId">The order.</param>
/// <param name="ClientReference">The storefront's own number.</param>
/// <param name="StorefrontId">Whose order it is.</param>
/// <param name="UnitId">The unit that has the key.</param>
/// <param name="Unit">Where the unit stands.</param>
/// <param name="DeliveredAtMs">Unix milliseconds.</param>
public sealed record SoldKey(long CardKeyId, long OrderId, string ClientReference, long StorefrontId, long UnitId, Orders.UnitState Unit, long? DeliveredAtMs);
