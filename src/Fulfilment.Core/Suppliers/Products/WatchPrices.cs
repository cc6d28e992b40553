using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>Raises an alert where a supplier costs more than a SKU is sold for, and resolves it when that is over.</summary>
public sealed class WatchPrices(ICatalogue catalogue, IAlerts alerts)
{
    /// <summary>Looks at every SKU with a route to the supplier, as the catalogue is now.</summary>
    public async Task RunAsync(string supplier)
    {
        var begin = KeyOf(supplier, "");
        var over = (await alerts.UnresolvedKeysAsync(AlertKind.PriceInversion).ConfigureAwait(false))
            .Where(key => key.StartsWith(begin, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        foreach (var sku in catalogue.Current.Skus)
        {
            if (Worst(sku, supplier) is { } route)
            {
                over.Remove(begin + sku.Code);
                await alerts.RaiseAsync(Describe(begin + sku.Code, sku, route)).ConfigureAwait(false);
            }
        }

        foreach (var key in over)
        {
            await alerts.ResolveAsync(key).ConfigureAwait(false);
        }
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
