using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>Raises an alert where a supplier costs more than a SKU is sold for, and resolves it when that is over.</summary>
public sealed class WatchPrices(ICatalogue catalogue, MatchAlerts alerts)
{
    /// <summary>Looks at every SKU with a route to the supplier, as the catalogue is now.</summary>
    public async Task RunAsync(string supplier)
    {
        var begin = KeyOf(supplier, "");
        await alerts.RunAsync(
            AlertKind.PriceInversion, begin,
            [.. catalogue.Current.Skus.Select(sku => Worst(sku, supplier) is { } route ? Describe(begin + sku.Code, sku, route) : null).OfType<NewAlert>()]).ConfigureAwait(false);
    }

    /// <summary>The key of such an alert, whoever raises it.</summary>
    internal static string KeyOf(string supplier, string sku) => $"prices:{supplier}:{sku}";

    private static Route? Worst(Sku sku, string supplier) => sku.Routes
        .Where(route => route.Source == RouteSource.Supplier && route.Supplier == supplier && route.UnitCost > sku.Price)
        .MaxBy(route => route.UnitCost);

    // Where a loss is allowed units are bought at it; elsewhere the route is only passed by.
    private static NewAlert Describe(string key, Sku sku, Route route) => new(
        AlertKind.PriceInversion,
        sku.Supply.AllowLoss ? AlertSeverity.Critical : AlertSeverity.Warning,
        $"sku:{sku.Code}",
        key,
        $"{sku.Code} is sold for {sku.Price} {sku.Currency}, and {route.Supplier} charges {route.UnitCost} for {route.SupplierSku}. "
            + (sku.Supply.AllowLoss ? "The SKU allows a loss, so units are bought at it." : "The route is passed by until that changes."));
}
