using System.Globalization;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>Says how prices follow a supplier's costs from the next synchronisation on. By itself it changes no price.</summary>
public sealed class ReplaceMarkUps(ISupplierProductStore store, ICatalogue catalogue)
{
    private const int MostSkus = 5_000;

    /// <summary>The mark-ups; or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.UnknownSku"/>.</summary>
    public async Task<Result<MarkUps>> RunAsync(string supplier, MarkUp? rule, IReadOnlyList<(string Sku, MarkUp? Rule)> skus, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(skus);
        if (catalogue.Current.FindSupplier(supplier) is not { } known)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        if ((rule?.Check("/rule") ?? Check(skus)) is { } refusal)
        {
            return refusal;
        }

        var markUps = new MarkUps(rule, new SortedDictionary<string, MarkUp?>(skus.ToDictionary(entry => entry.Sku, entry => entry.Rule), StringComparer.Ordinal));
        await store.ReplaceMarkUpsAsync(known, markUps, actor).ConfigureAwait(false);
        return markUps;
    }

    private Refusal? Check(IReadOnlyList<(string Sku, MarkUp? Rule)> skus)
    {
        if (skus.Count > MostSkus)
        {
            return Field.Refuse("/skus", $"At most {MostSkus} SKUs are allowed.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < skus.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"/skus/{i}");
            if (catalogue.Current.FindSku(skus[i].Sku) is null)
            {
                return new Refusal(RefusalCode.UnknownSku, at + "/sku");
            }

            if ((seen.Add(skus[i].Sku) ? skus[i].Rule?.Check(at + "/rule") : Field.Refuse(at + "/sku", "The SKU is there twice.")) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}
