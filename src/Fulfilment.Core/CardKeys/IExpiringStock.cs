namespace Fulfilment.Core.CardKeys;

/// <summary>Finds card keys that end soon.</summary>
public interface IExpiringStock
{
    /// <summary>What is available of a SKU and ends on <paramref name="last"/> or before, and after <paramref name="today"/>'s beginning, by batch.</summary>
    /// <param name="skuId">The SKU.</param>
    /// <param name="today">A day number.</param>
    /// <param name="last">A day number.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<ExpiringStock>> FindAsync(long skuId, int today, int last, CancellationToken cancellation);
}

/// <summary>Card keys of a batch that end soon.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Keys">How many.</param>
/// <param name="FirstEnds">The day number on which the first of them ends.</param>
/// <param name="UnitCost">What each cost.</param>
/// <param name="Currency">ISO 4217, of the cost.</param>
/// <param name="IsOurs">Whether they are paid for whether they are sold or not.</param>
public sealed record ExpiringStock(long BatchId, long Keys, int FirstEnds, Money UnitCost, string Currency, bool IsOurs);
