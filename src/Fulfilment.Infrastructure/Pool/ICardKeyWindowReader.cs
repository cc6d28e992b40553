namespace Fulfilment.Infrastructure.Pool;

/// <summary>Reads the ids that fill a pool's window from the table of card keys.</summary>
public interface ICardKeyWindowReader
{
    /// <summary>
    /// The next available card keys of a SKU behind <paramref name="after"/>, by expiry day, batch and id, without those of batches that may not be sold.
    /// </summary>
    /// <returns>How many were read; fewer than <paramref name="destination"/> holds only when there are no more.</returns>
    Task<int> ReadAsync(long skuId, WindowKey after, Memory<WindowKey> destination, CancellationToken cancellation);

    /// <summary>The counter that every change to the stock raises.</summary>
    Task<long> StockVersionAsync(CancellationToken cancellation);
}

/// <summary>An available card key as the pool knows it.</summary>
/// <param name="ExpiresOn">Day number.</param>
/// <param name="Id">The card key.</param>
/// <param name="BatchId">Its batch; 0 for a key that only came back, whose place in the table nobody needs.</param>
public readonly record struct WindowKey(int ExpiresOn, long Id, long BatchId = 0)
{
    /// <summary>The place just before the first key that expires on this day or later.</summary>
    public static WindowKey Before(int day) => new(day, 0);
}
