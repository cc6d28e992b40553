namespace Fulfilment.Core.CardKeys;

/// <summary>Keeps the fingerprints of codes that were sold elsewhere, so that none of them enters the stock.</summary>
public interface ISoldCodes
{
    /// <summary>
    /// Stores those of the fingerprints (big-endian) that are new, in one transaction, and answers for each which card key has it: null, it was new;
    /// 0, it was known as sold elsewhere.
    /// </summary>
    Task<long?[]> AddAsync(IReadOnlyList<UInt128> fingerprints);
}
