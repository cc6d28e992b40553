using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Storefronts;

/// <summary>Takes on a sales channel.</summary>
public sealed class CreateStorefront(IStorefrontStore store, ICatalogue catalogue, IdGenerator ids, TimeProvider time)
{
    /// <summary>The storefront once the catalogue shows it; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.AlreadyExists"/>.</summary>
    public async Task<Result<Storefront>> RunAsync(StorefrontFields fields, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var storefront = fields.Create(ids.Next(), time.GetUtcNow());
        if (storefront.Refusal is { } refusal)
        {
            return refusal;
        }

        var created = await store.CreateAsync(storefront.Value, actor);
        await catalogue.RefreshAsync();
        return created;
    }
}
