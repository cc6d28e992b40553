using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Webhooks;

/// <summary>Deletes events for storefronts, and what became of them, when their term is over.</summary>
public sealed class PruneEvents(IWebhookDeliveryStore store, WebhookOptions options, TimeProvider time)
{
    /// <summary>Deletes all there is, in pieces; gives the number of rows.</summary>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        var (now, count) = (time.GetUtcNow(), 0L);
        while (await store.PruneAsync(IdGenerator.FirstAt(now - TimeSpan.FromDays(options.KeepDays)), now, cancellation).ConfigureAwait(false) is > 0 and var deleted)
        {
            count += deleted;
        }

        return count;
    }
}
