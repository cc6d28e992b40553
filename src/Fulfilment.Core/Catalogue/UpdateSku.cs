using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Catalogue;

/// <summary>Changes the given fields of a SKU and no others.</summary>
public sealed class UpdateSku(ISkuStore store, ICatalogue catalogue, TimeProvider time)
{
    /// <summary>The SKU once the catalogue shows the change; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<Sku>> RunAsync(string code, SkuFields fields, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        await catalogue.RefreshAsync();
        var updated = await store.UpdateAsync(code, sku => Change(sku, fields), actor);
        await catalogue.RefreshAsync();
        return updated;
    }

    /// <summary>
    /// The same for many SKUs, one transaction each, with fields that depend on the SKU as it is inside its transaction. What came of each, once the catalogue
    /// shows them all.
    /// </summary>
    internal async Task<IReadOnlyList<(string Code, Refusal? Refusal)>> RunAsync(IEnumerable<(string Code, Func<Sku, Result<SkuFields>> Fields)> changes, Actor actor)
    {
        var done = new List<(string, Refusal?)>();
        foreach (var (code, fields) in changes)
        {
            var updated = await store.UpdateAsync(code, sku =>
            {
                var given = fields(sku);
                return given.Refusal is { } refusal ? refusal : Change(sku, given.Value);
            }, actor);
            done.Add((code, updated.Refusal));
        }

        await catalogue.RefreshAsync();
        return done;
    }

    private Result<Sku> Change(Sku sku, SkuFields fields)
    {
        var changed = fields.Change(sku, time.GetUtcNow());
        return changed.Refusal is null && BundleRules.Check(changed.Value, catalogue.Current) is { } unfit ? unfit : changed;
    }
}
