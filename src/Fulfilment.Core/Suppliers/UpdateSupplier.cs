using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers;

/// <summary>Changes the given fields of a supplier and no others. Batches that came in keep what was agreed then.</summary>
public sealed class UpdateSupplier(ISupplierStore store, ICatalogue catalogue, SupplierSettings settings, TimeProvider time)
{
    /// <summary>The supplier once the catalogue shows the change; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.UnknownSku"/>, <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<Supplier>> RunAsync(string code, SupplierFields fields, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var updated = await store.UpdateAsync(code, supplier => fields.Change(supplier, catalogue.Current, settings, time.GetUtcNow()), actor);
        await catalogue.RefreshAsync();
        return updated;
    }
}
