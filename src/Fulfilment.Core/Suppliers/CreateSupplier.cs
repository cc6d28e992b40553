using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Suppliers;

/// <summary>Takes on a supplier.</summary>
public sealed class CreateSupplier(ISupplierStore store, ICatalogue catalogue, SupplierSettings settings, IdGenerator ids, TimeProvider time)
{
    /// <summary>The supplier once the catalogue shows it; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.UnknownSku"/>, <see cref="RefusalCode.AlreadyExists"/>.</summary>
    public async Task<Result<Supplier>> RunAsync(SupplierFields fields, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var supplier = fields.Create(ids.Next(), catalogue.Current, settings, time.GetUtcNow());
        if (supplier.Refusal is { } refusal)
        {
            return refusal;
        }

        var created = await store.CreateAsync(supplier.Value, actor);
        await catalogue.RefreshAsync();
        return created;
    }
}
