namespace Fulfilment.Core.CardKeys;

/// <summary>The stored records that <see cref="VerifyCustody"/> compares.</summary>
public interface ICustodyRecordStore
{
    /// <summary>Runs <paramref name="work"/> on records that all are as they were at one moment, whatever a host writes meanwhile.</summary>
    Task ReadAsync(Func<ICustodyRecords, Task> work, CancellationToken cancellation);
}

/// <summary>Custody records of one moment.</summary>
public interface ICustodyRecords
{
    /// <summary>Every batch with its stock as counted so far.</summary>
    Task<IReadOnlyList<BatchCounters>> BatchesAsync(CancellationToken cancellation);

    /// <summary>Every batch's id.</summary>
    Task<IReadOnlyList<long>> BatchIdsAsync(CancellationToken cancellation);

    /// <summary>One batch with its stock as counted so far; empty without such a batch.</summary>
    Task<IReadOnlyList<BatchCounters>> BatchAsync(long batchId, CancellationToken cancellation);

    /// <summary>Every day root.</summary>
    Task<IReadOnlyList<CustodyDay>> DaysAsync(CancellationToken cancellation);

    /// <summary>Every card key by id with its entries by sequence: one item an entry, or one without entry.</summary>
    IAsyncEnumerable<CustodyRecord> KeysAsync(CancellationToken cancellation);

    /// <summary>The same for the keys of one batch.</summary>
    IAsyncEnumerable<CustodyRecord> KeysOfBatchAsync(long batchId, CancellationToken cancellation);

    /// <summary>Card key ids that have entries and no row.</summary>
    IAsyncEnumerable<long> EntriesWithoutKeyAsync(CancellationToken cancellation);

    /// <summary>Units that name a card key of which there is no row, and units of card key SKUs that were given one, or have one reserved, and name none.</summary>
    IAsyncEnumerable<long> UnitsWithoutKeyAsync(CancellationToken cancellation);

    /// <summary>Card keys that came back and are not flagged as withdrawn, and those that are flagged and did not come back.</summary>
    IAsyncEnumerable<long> KeysFlaggedWronglyAsync(CancellationToken cancellation);
}

/// <summary>A batch and what its counters say.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Accepted">Rows that became card keys.</param>
/// <param name="Stock">Sum over the nodes.</param>
public sealed record BatchCounters(long BatchId, long Accepted, StockCounts Stock);

/// <summary>A card key with one of its entries.</summary>
/// <param name="Key">The same object for all entries of a key.</param>
/// <param name="Entry">Null for a key that never changed.</param>
public readonly record struct CustodyRecord(CustodyKey Key, CustodyEntry? Entry);

/// <summary>A card key and what points to it.</summary>
/// <param name="Origin">Its immutable columns.</param>
/// <param name="State">Where it stands.</param>
/// <param name="FingerprintKeyId">The card key that the register of fingerprints names for its fingerprint.</param>
/// <param name="Unit">The unit that names it.</param>
public sealed record CustodyKey(CustodyOrigin Origin, CardKeyState State, long? FingerprintKeyId, KeyHolder? Unit);

/// <summary>A unit that names a card key.</summary>
/// <param name="UnitId">The unit.</param>
/// <param name="State">Where the unit stands.</param>
public sealed record KeyHolder(long UnitId, Orders.UnitState State);
