namespace Fulfilment.Core.Catalogue;

/// <summary>How many codes of each SKU can be sold, as shown to storefronts: at most a second or so old, and no promise.</summary>
public interface IStockLevels
{
    /// <summary>Available codes by SKU id; a SKU that is missing has none.</summary>
    ValueTask<IReadOnlyDictionary<long, long>> GetAsync(CancellationToken cancellation);
}
