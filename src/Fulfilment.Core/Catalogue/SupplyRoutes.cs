namespace Fulfilment.Core.Catalogue;

/// <summary>In which order a unit's routes are tried. Intake and the worker both ask here.</summary>
public static class SupplyRoutes
{
    /// <summary>The SKU's routes, first to last. Only card keys come from the pool.</summary>
    public static IReadOnlyList<Route> InOrder(Sku sku)
    {
        ArgumentNullException.ThrowIfNull(sku);
        var routes = sku.Kind == SkuKind.CardKey ? sku.Routes : [.. sku.Routes.Where(route => route.Source != RouteSource.Pool)];
        return sku.Supply.Order == RouteOrder.Priority ? routes : ByCost(routes);
    }

    /// <summary>Whether a unit is taken from the pool when it is ordered.</summary>
    public static bool BeginsInPool(Sku sku) => InOrder(sku) is [{ Source: RouteSource.Pool }, ..];

    /// <summary>Whether there is another route than the pool, so that a unit can wait for it when the pool is empty.</summary>
    public static bool HasOtherThanPool(Sku sku)
    {
        ArgumentNullException.ThrowIfNull(sku);
        foreach (var route in sku.Routes)
        {
            if (route.Source != RouteSource.Pool)
            {
                return true;
            }
        }

        return false;
    }

    // A supplier whose price nobody has agreed comes after those that have one; among equals the list decides.
    private static IReadOnlyList<Route> ByCost(IReadOnlyList<Route> routes) =>
    [
        .. routes.Index().OrderBy(route => Rank(route.Item, route.Index)).ThenBy(route => route.Item.UnitCost?.TenThousandths ?? long.MaxValue).Select(route => route.Item),
    ];

    private static int Rank(Route route, int index) => route.Source switch
    {
        RouteSource.Pool => index == 0 ? 0 : 2,
        RouteSource.Supplier => 1,
        RouteSource.Manual => 3,
    };
}
