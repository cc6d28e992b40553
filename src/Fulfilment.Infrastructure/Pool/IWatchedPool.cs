namespace Fulfilment.Infrastructure.Pool;

/// <summary>A pool as the host sees it, beside taking from it.</summary>
public interface IWatchedPool
{
    /// <summary>Whether takes give nothing, so that codes come from the table.</summary>
    bool IsDegraded { get; }

    /// <summary>The stock changed, perhaps by another process: windows that ran low look again, and those that now lack keys which expire earlier are reset.</summary>
    Task StockChangedAsync(CancellationToken cancellation);
}
