using Fulfilment.Core.Auditing;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Core.Webhooks;

/// <summary>Sends to a paused endpoint again: every event that waited, each for another three days. The alert goes with the first event that it takes.</summary>
public sealed class ResumeEndpoint(IWebhookEndpointStore store, JobSignals signals, TimeProvider time)
{
    /// <summary>The endpoint; or <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<WebhookEndpoint>> RunAsync(long id, long? storefrontId, Actor actor)
    {
        var resumed = await store.ResumeAsync(id, storefrontId, time.GetUtcNow(), actor).ConfigureAwait(false);
        signals.Webhooks.Raise();
        return resumed;
    }
}
