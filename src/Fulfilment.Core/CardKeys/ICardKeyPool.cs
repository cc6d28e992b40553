namespace Fulfilment.Core.CardKeys;

/// <summary>
/// A quick guess at which card keys are available: per SKU a window of ids, first expired first out. It may be stale, short or gone;
/// only the guarded update in the database gives a key to a unit. Safe for many threads.
/// </summary>
public interface ICardKeyPool
{
    /// <summary>Takes ids for a whole group in one call and adds them to each need. A need that stays short is filled from the table by its caller.</summary>
    ValueTask TakeAsync(IReadOnlyList<KeyNeed> needs, CancellationToken cancellation);

    /// <summary>Puts back ids that were taken and not used.</summary>
    void Return(long skuId, IReadOnlyCollection<long> ids);

    /// <summary>
    /// Says which ids of this SKU were taken from the table, committed by now, so that the window does not give them. The table gives the first to
    /// expire, which the window is about to give: without this one lost id would cost the next taker his, and so on without end.
    /// </summary>
    void ReportTaken(long skuId, IReadOnlyCollection<long> ids);

    /// <summary>Says that so many ids of this SKU turned out to be gone; many such make the window be dropped and refilled.</summary>
    void ReportDrift(long skuId, int count);

    /// <summary>Drops a SKU's window, to be filled again: keys that expire earlier have arrived, or the window is wrong.</summary>
    void Reset(long skuId);

    /// <summary>
    /// Says that what was taken for these needs is settled: committed, returned or reported as gone. A pool that outlives its callers puts back what one that
    /// died never settled.
    /// </summary>
    void Finish(IReadOnlyList<KeyNeed> needs);
}

/// <summary>So many card keys of one SKU.</summary>
/// <param name="skuId">The SKU.</param>
/// <param name="minExpiryDay">The earliest day a key may expire on (<see cref="ExpiryDay"/>).</param>
/// <param name="count">At least one.</param>
public class KeyNeed(long skuId, int minExpiryDay, int count)
{
    /// <summary>The SKU.</summary>
    public long SkuId { get; } = skuId;

    /// <summary>The earliest day a key may expire on.</summary>
    public int MinExpiryDay { get; } = minExpiryDay;

    /// <summary>How many.</summary>
    public int Count { get; } = count;

    /// <summary>What the pool gave: at most <see cref="Count"/> ids.</summary>
    public List<long> Candidates { get; } = [];

    /// <summary>The pool's own name for the take, where it keeps account of them.</summary>
    public string? Ticket { get; set; }
}
