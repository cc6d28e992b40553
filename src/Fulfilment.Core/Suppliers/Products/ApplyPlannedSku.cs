using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>Makes of a planned change the fields of a SKU, as the SKU is inside its transaction: an operator may have changed it since the plan was made.</summary>
internal static class ApplyPlannedSku
{
    private static readonly Refusal Changed = new(RefusalCode.StateConflict, Detail: "The SKU was changed meanwhile; look at the preview again.");

    public static Func<Sku, Result<SkuFields>> To(Supplier supplier, PlannedSku planned) => sku =>
    {
        if (sku.Price != planned.OldPrice || sku.OnShelf != planned.WasOnShelf)
        {
            return Changed;
        }

        var fields = new SkuFields();
        if (planned.Costs.Count > 0)
        {
            if (Routes(supplier, sku, planned.Costs) is not { } routes)
            {
                return Changed;
            }

            fields.Routes = new(routes);
        }

        if (planned.NewPrice is { } price)
        {
            fields.Price = price;
        }

        MoveShelf(fields, planned.Shelf);
        return fields;
    };

    // Other routes, and their order, are the operators': they stay as they are.
    private static List<Route>? Routes(Supplier supplier, Sku sku, IReadOnlyList<CostChange> costs)
    {
        var routes = sku.Routes.ToList();
        foreach (var cost in costs)
        {
            var at = routes.FindIndex(route => route.Source == RouteSource.Supplier && route.Supplier == supplier.Code && route.SupplierSku == cost.SupplierSku);
            if (at < 0 || routes[at].UnitCost != cost.Before)
            {
                return null;
            }

            routes[at] = routes[at] with { UnitCost = cost.After };
        }

        return routes;
    }

    private static void MoveShelf(SkuFields fields, ShelfChange change)
    {
        if (change is ShelfChange.PutOff or ShelfChange.PutBack)
        {
            fields.OnShelf = change == ShelfChange.PutBack;
        }

        if (change != ShelfChange.None)
        {
            fields.SyncedShelf = change == ShelfChange.PutOff ? SyncedShelf.PutOff : SyncedShelf.None;
        }
    }
}
