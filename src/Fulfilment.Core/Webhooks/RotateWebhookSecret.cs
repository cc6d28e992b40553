using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Webhooks;

/// <summary>Gives an endpoint another secret. For a day every webhook carries the signatures of both, so that its owner can change over without losing one.</summary>
public sealed class RotateWebhookSecret(IWebhookEndpointStore store, IWebhookVault vault, IdGenerator ids, IRandomBytes random, TimeProvider time)
{
    /// <summary>The endpoint with its new secret; or <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<RegisteredEndpoint>> RunAsync(long id, long? storefrontId, Actor actor)
    {
        var (secret, secretId) = (WebhookSecret.Create(random), ids.Next());
        var protectedSecret = new ProtectedSecret(secretId, vault.Protect(secretId, secret));
        var rotated = await store.RotateAsync(id, storefrontId, protectedSecret, time.GetUtcNow() + WebhookOptions.SecretOverlap, actor).ConfigureAwait(false);
        return rotated.Refusal is { } refusal ? refusal : new RegisteredEndpoint(rotated.Value, secret);
    }
}
