using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Storefronts;

/// <summary>Stops an API key at once.</summary>
public sealed class RevokeKey(IApiKeyStore store, ICatalogue catalogue, TimeProvider time)
{
    /// <summary>The key, revoked now or before; or <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<ApiKey>> RunAsync(long id, Actor actor)
    {
        var revoked = await store.RevokeAsync(id, time.GetUtcNow(), actor);
        await catalogue.RefreshAsync();
        return revoked;
    }
}
