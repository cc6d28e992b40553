using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Catalogue;

/// <summary>Changes the given fields of a SKU and no others.</summary>
public sealed class UpdateSku(ISkuStore store, ICatalogue catalogue, TimeProvider time)
{
    /// <summary>The SKU once the catalogue shows the change; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<Sku>> RunAsync(string code, SkuFields fields, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var updated = await store.UpdateAsync(code, sku => fields.Change(sku, time.GetUtcNow()), actor);
        await catalogue.RefreshAsync();
        return updated;
    }
}
