using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>Raises an alert where a supplier costs more than a SKU is sold for, or could cost anything, and resolves it when that is over.</summary>
public sealed class WatchPrices(ICatalogue catalogue, ISuppliers suppliers, MatchAlerts alerts)
{
    /// <summary>Looks at every SKU with a route to the supplier, as the catalogue is now.</summary>
    public async Task RunAsync(string supplier)
    {
        var begin = KeyOf(supplier, "");
        await alerts.RunAsync(
            AlertKind.PriceInversion, begin, [.. catalogue.Current.Skus.Select(sku => AlertOf(begin + sku.Code, sku, supplier)).OfType<NewAlert>()]).ConfigureAwait(false);
    }

    /// <summary>The key of such an alert, whoever raises it.</summary>
    internal static string KeyOf(string supplier, string sku) => $"prices:{supplier}:{sku}";

    /// <summary>Of a route whose cost nobody knows, at a supplier that is not told the most we pay.</summary>
    internal static NewAlert Unlimited(string supplier, string sku) => new(
        AlertKind.PriceInversion, AlertSeverity.Warning, $"sku:{sku}", KeyOf(supplier, sku),
        $"What {supplier} charges for {sku} is agreed nowhere, and it is not told the most we pay: it could charge anything, so the route is passed by. "
            + "Give the route a unitCost, or put {{maxCost}} into the supplier's file.");

    private NewAlert? AlertOf(string key, Sku sku, string supplier) =>
        Worst(sku, supplier) is { } route ? Describe(key, sku, route) : IsUnlimited(sku, supplier) ? Unlimited(supplier, sku.Code) : null;

    private bool IsUnlimited(Sku sku, string supplier) => !sku.Supply.AllowLoss
        && sku.Routes.Any(route => route.Source == RouteSource.Supplier && route.Supplier == supplier && route.UnitCost is null)
        && catalogue.Current.FindSupplier(supplier)?.FindSupply(sku.Code) is null
        && suppliers.Find(supplier) is { TakesMaxCost: false };

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
