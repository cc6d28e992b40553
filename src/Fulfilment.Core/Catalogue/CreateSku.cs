using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Catalogue;

/// <summary>Adds a SKU to the catalogue.</summary>
public sealed class CreateSku(ISkuStore store, ICatalogue catalogue, IdGenerator ids, TimeProvider time)
{
    /// <summary>The SKU once the catalogue shows it; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.AlreadyExists"/>.</summary>
    public async Task<Result<Sku>> RunAsync(SkuFields fields, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var sku = fields.Create(ids.Next(), time.GetUtcNow());
        if (sku.Refusal is { } refusal)
        {
            return refusal;
        }

        // Another node may have made the components.
        await catalogue.RefreshAsync();
        if (BundleRules.Check(sku.Value, catalogue.Current) is { } unfit)
        {
            return unfit;
        }

        var created = await store.CreateAsync(sku.Value, actor);
        await catalogue.RefreshAsync();
        return created;
    }
}
