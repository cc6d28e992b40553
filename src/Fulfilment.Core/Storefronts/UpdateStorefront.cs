using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Storefronts;

/// <summary>Changes the given fields of a storefront and no others.</summary>
public sealed class UpdateStorefront(IStorefrontStore store, ICatalogue catalogue, TimeProvider time)
{
    /// <summary>
    /// The storefront once the catalogue shows the change; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>,
    /// <see cref="RefusalCode.WalletNotEmpty"/>.
    /// </summary>
    public async Task<Result<Storefront>> RunAsync(string code, StorefrontFields fields, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var updated = await store.UpdateAsync(code, storefront => fields.Change(storefront, time.GetUtcNow()), actor);
        await catalogue.RefreshAsync();
        return updated;
    }
}
