namespace Fulfilment.Core.Catalogue;

/// <summary>What stock there is, and how fast it goes.</summary>
public interface IStockHistory
{
    /// <summary>The stock of every SKU that ever had card keys, by SKU id. The counts of a new day are kept, to measure the days after it by.</summary>
    /// <param name="now">The time of the look.</param>
    /// <param name="today">Its day in the business zone.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyDictionary<long, SkuStock>> ReadAsync(DateTimeOffset now, int today, CancellationToken cancellation);
}

/// <summary>The stock of a SKU.</summary>
/// <param name="Available">Codes that can be sold.</param>
/// <param name="SoldPerDay">Codes delivered a day, the mean of the last week; null while less than a day is known.</param>
public sealed record SkuStock(long Available, double? SoldPerDay)
{
    /// <summary>No code was ever imported.</summary>
    public static readonly SkuStock None = new(0, null);

    /// <summary>How many days the stock lasts if it goes as it did; null where nothing is known, or nothing sold.</summary>
    public double? DaysOfCover => SoldPerDay is > 0 and var sold ? Available / sold : null;
}
