namespace Fulfilment.Infrastructure.Pool;

/// <summary>A pool as the host sees it, beside taking from it.</summary>
public interface IWatchedPool
{
    /// <summary>Whether takes give nothing, so that codes come from the table.</summary>
    bool IsDegraded { get; }

    /// <summary>The SKUs that this process knows a window of.</summary>
    IReadOnlyCollection<long> Windows { get; }

    /// <summary>Ids that a SKU's window would give, from all of its length: about so many, or all of them when it has no more.</summary>
    Task<IReadOnlyList<long>> ReadWindowAsync(long skuId, int most, CancellationToken cancellation);

    /// <summary>The stock changed, perhaps by another process: windows that ran low look again, and those that now lack keys which expire earlier are reset.</summary>
    Task StockChangedAsync(CancellationToken cancellation);
}
