using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Webhooks;

/// <summary>Sends an endpoint a signed <c>endpoint.test</c>, waits for its answer and shows it; nothing is stored. Works while the endpoint is paused, too.</summary>
public sealed class TestEndpoint(IWebhookEndpointStore store, IWebhookSender sender, DeliverWebhook deliver, IdGenerator ids, TimeProvider time)
{
    /// <summary>What it answered; or <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<WebhookAnswer>> RunAsync(long id, long? storefrontId, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, storefrontId, cancellation).ConfigureAwait(false) is not { } target)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var request = deliver.Sign(target, PublicId.Format(PublicId.Event, ids.Next()), WebhookMessage.Test(id, time.GetUtcNow()));
        return await sender.SendAsync(request, cancellation).ConfigureAwait(false);
    }
}
