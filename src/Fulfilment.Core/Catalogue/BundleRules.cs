using System.Globalization;

namespace Fulfilment.Core.Catalogue;

/// <summary>What a bundle and its components must have in common. Neither the kind of a SKU nor its existence changes, so this stays true but for currencies.</summary>
internal static class BundleRules
{
    public static Refusal? Check(Sku sku, CatalogueSnapshot catalogue) => sku.Kind == SkuKind.Bundle ? CheckBundle(sku, catalogue) : CheckComponent(sku, catalogue);

    private static Refusal? CheckBundle(Sku bundle, CatalogueSnapshot catalogue)
    {
        for (var i = 0; i < bundle.Components.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"/components/{i}/sku");
            if (catalogue.FindSku(bundle.Components[i].Sku) is not { } component)
            {
                return Field.Refuse(at, "There is no such SKU.");
            }

            if (component.Kind == SkuKind.Bundle)
            {
                return Field.Refuse(at, "A bundle cannot be part of another.");
            }

            if (component.Currency != bundle.Currency)
            {
                return Field.Refuse(at, $"This SKU is priced in {component.Currency}.");
            }
        }

        return null;
    }

    private static Refusal? CheckComponent(Sku sku, CatalogueSnapshot catalogue)
    {
        if (catalogue.FindSku(sku.Code) is not { } before || before.Currency == sku.Currency)
        {
            return null;
        }

        var bundle = catalogue.Skus.FirstOrDefault(other => other.Components.Any(component => component.Sku == sku.Code));
        return bundle is null ? null : Field.Refuse("/currency", $"The bundle {bundle.Code} is priced in {bundle.Currency}.");
    }
}
