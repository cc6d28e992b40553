using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Core.Webhooks;

/// <summary>Tells storefronts whose available money has fallen below the threshold they asked for: <c>account.low</c>.</summary>
public sealed class WatchAccounts(ILowAccounts accounts, ICatalogue catalogue, JobSignals signals, TimeProvider time)
{
    /// <summary>How many were told.</summary>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        var told = await accounts.MatchAsync(catalogue.Current.Storefronts, time.GetUtcNow(), cancellation).ConfigureAwait(false);
        if (told > 0)
        {
            signals.Webhooks.Raise();
        }

        return told;
    }
}
