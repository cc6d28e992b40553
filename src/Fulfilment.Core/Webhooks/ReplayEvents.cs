using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Core.Webhooks;

/// <summary>Sends an endpoint every event from a time on once more, with the ids they had; also those that it had not been told of.</summary>
public sealed class ReplayEvents(IWebhookEndpointStore store, JobSignals signals, TimeProvider time)
{
    /// <summary>The endpoint; or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.InvalidRequest"/>. The events are queued piece by piece after that.</summary>
    public async Task<Result<WebhookEndpoint>> RunAsync(long id, long? storefrontId, DateTimeOffset from, Actor actor)
    {
        var now = time.GetUtcNow();
        if (from > now)
        {
            return Field.Refuse("/from", "The time must not lie in the future.");
        }

        var replayed = await store.ReplayAsync(id, storefrontId, IdGenerator.FirstAt(from) - 1, IdGenerator.FirstAt(now) - 1, actor).ConfigureAwait(false);
        signals.Webhooks.Raise();
        return replayed;
    }
}
