using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>Raises an alert where a supplier costs more than a SKU is sold for, or could cost anything, and resolves it when that is over.</summary>
public sealed class WatchPrices(ICatalogue catalogue, ISuppliers suppliers, MatchAlerts alerts)
{
    private const string Keys = "prices:";

    /// <summary>Looks at every SKU and supplier, as the catalogue is now.</summary>
    public Task RunAsync() => MatchAsync(Keys, catalogue.Current.Suppliers);

    /// <summary>Looks at every SKU with a route to the supplier.</summary>
    public Task RunAsync(string supplier) =>
        catalogue.Current.FindSupplier(supplier) is { } known ? MatchAsync(KeyOf(supplier, ""), [known]) : Task.CompletedTask;

    /// <summary>The alert, where the SKU's dearest route to the supplier costs more than the SKU is sold for, or cannot be compared with it.</summary>
    internal static NewAlert? FindInversion(Sku sku, Supplier supplier)
    {
        var agreed = supplier.FindSupply(sku.Code);
        var currency = agreed?.Currency ?? sku.Currency;
        if (RoutesOf(sku, supplier).MaxBy(route => Cost(route, agreed)) is not { } route)
        {
            return null;
        }

        // A loss that is allowed is taken in any currency; elsewhere a route that cannot be compared is passed by.
        var isInverted = currency == sku.Currency ? Cost(route, agreed) > sku.Price : !sku.Supply.AllowLoss;
        return isInverted ? Describe(sku, supplier, route, Cost(route, agreed), currency) : null;
    }

    /// <summary>The alert of a route whose cost nobody knows, at a supplier that is not told the most we pay.</summary>
    internal static NewAlert Unlimited(string supplier, string sku) => new(
        AlertKind.PriceInversion, AlertSeverity.Warning, $"sku:{sku}", KeyOf(supplier, sku),
        new AlertText(
            $"What {supplier} charges for {sku} is agreed nowhere, and it is not told the most we pay: it could charge anything, so the route is passed by. "
                + "Give the route a unitCost, or put {{maxCost}} into the supplier's file.",
            $"{supplier} 对 {sku} 的供货价未约定,也未告知其最高可付价,它可以任意收费,因此跳过该供货商。请填写供货顺序的 unitCost,或在供货商文件中加入 {{{{maxCost}}}}。"))
    {
        Group = $"{Keys}{supplier}",
    };

    private static string KeyOf(string supplier, string sku) => $"{Keys}{supplier}:{sku}";

    private static Money Cost(Route route, Supply? agreed) => route.UnitCost ?? agreed?.UnitCost ?? Money.Zero;

    private static IEnumerable<Route> RoutesOf(Sku sku, Supplier supplier) =>
        sku.Routes.Where(route => route.Source == RouteSource.Supplier && route.Supplier == supplier.Code);

    // Where a loss is allowed units are bought at it; elsewhere the route is only passed by.
    private static NewAlert Describe(Sku sku, Supplier supplier, Route route, Money cost, string currency) => new(
        AlertKind.PriceInversion,
        sku.Supply.AllowLoss ? AlertSeverity.Critical : AlertSeverity.Warning,
        $"sku:{sku.Code}",
        KeyOf(supplier.Code, sku.Code),
        AlertText.Of(
            $"{sku.Code} is sold for {sku.Price} {sku.Currency}, and {supplier.Code} charges {cost}{(currency == sku.Currency ? "" : $" {currency}")} for {route.SupplierSku}.",
            $"{sku.Code} 售价 {sku.Price} {sku.Currency},而 {supplier.Code} 的 {route.SupplierSku} 供货价为 {cost} {currency}。")
            + (sku.Supply.AllowLoss
                ? AlertText.Of($"The SKU allows a loss, so units are bought at it.", $"该商品允许亏损,仍会采购。")
                : AlertText.Of($"The route is passed by until that changes.", $"价格变化之前跳过该供货商。")))
    {
        Group = $"{Keys}{supplier.Code}",
    };

    private bool IsUnlimited(Sku sku, Supplier supplier) => !sku.Supply.AllowLoss
        && RoutesOf(sku, supplier).Any(route => route.UnitCost is null)
        && supplier.FindSupply(sku.Code) is null
        && suppliers.Find(supplier.Code) is { TakesMaxCost: false };

    private NewAlert? Find(Sku sku, Supplier supplier) =>
        FindInversion(sku, supplier) ?? (IsUnlimited(sku, supplier) ? Unlimited(supplier.Code, sku.Code) : null);

    private Task MatchAsync(string prefix, IEnumerable<Supplier> of) => alerts.RunAsync(
        AlertKind.PriceInversion, prefix, [.. of.SelectMany(supplier => catalogue.Current.Skus.Select(sku => Find(sku, supplier))).OfType<NewAlert>()]);
}
