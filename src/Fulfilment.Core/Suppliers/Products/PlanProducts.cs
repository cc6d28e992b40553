using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>Works out what a supplier's list of products changes in the catalogue. No I/O.</summary>
internal sealed class PlanProducts(Supplier supplier, CatalogueSnapshot catalogue, ProductFacts facts, IReadOnlyDictionary<string, SupplierProduct> products)
{
    private readonly Dictionary<string, long> _supplierIds = catalogue.Suppliers.ToDictionary(known => known.Code, known => known.Id, StringComparer.Ordinal);

    public ProductPlan Run()
    {
        var skus = new List<PlannedSku>();
        var led = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sku in catalogue.Skus)
        {
            var routes = sku.Routes.Where(IsOurs).ToList();
            led.UnionWith(routes.Select(route => route.SupplierSku!));
            if (routes.Count > 0 && Plan(sku, routes) is { } planned && (planned.Changes || planned.Inverted || planned.Issues.Count > 0))
            {
                skus.Add(planned);
            }
        }

        var own = facts.MarkUps.GetValueOrDefault(supplier.Id, MarkUps.None).Rule;
        var rest = products.Values.Where(product => product.OnShelf && !led.Contains(product.SupplierSku)).OrderBy(product => product.SupplierSku, StringComparer.Ordinal);
        return new ProductPlan(products.Count, skus, [.. rest.Select(product => new NewProduct(product, own is null || CostOf(product) is not { } cost ? null : own.PriceOf(cost)))]);
    }

    private PlannedSku Plan(Sku sku, List<Route> routes)
    {
        var costs = new List<CostChange>();
        var issues = new List<ProductIssue>();
        foreach (var route in routes)
        {
            if (!products.TryGetValue(route.SupplierSku!, out var product))
            {
                if (!facts.Known.Contains(route.SupplierSku!))
                {
                    issues.Add(new ProductIssue(ProductIssueKind.NeverListed, route.SupplierSku!));
                }
            }
            else if (IssueOf(product, sku) is { } issue)
            {
                issues.Add(new ProductIssue(issue, product.SupplierSku));
            }
            else if (product.UnitCost is { } cost && cost != route.UnitCost)
            {
                costs.Add(new CostChange(product.SupplierSku, route.UnitCost, cost));
            }
        }

        var (price, automatic) = PriceOf(sku);
        var inverted = routes.Any(route => CostAfter(route, costs) is { } cost && cost > (price ?? sku.Price));
        return new PlannedSku(sku.Code, costs, sku.Price, price, automatic, sku.OnShelf, ShelfOf(sku), inverted, issues);
    }

    private static ProductIssueKind? IssueOf(SupplierProduct product, Sku sku) =>
        product.UnitCost is null ? null
        : product.UnitCost == Money.Zero ? ProductIssueKind.CostIsZero
        : product.Currency != sku.Currency ? ProductIssueKind.CurrencyDiffers
        : null;

    // The first route, in the SKU's own order, whose supplier has a mark-up for it decides the price: two suppliers' rules do not fight over one.
    private (Money? Price, bool Automatic) PriceOf(Sku sku)
    {
        foreach (var route in sku.Routes.Where(route => route.Source == RouteSource.Supplier))
        {
            if (_supplierIds.TryGetValue(route.Supplier!, out var id) && facts.MarkUps.TryGetValue(id, out var markUps) && markUps.For(sku.Code) is { } markUp)
            {
                return IsOurs(route) && FollowedCost(route, sku) is { } cost && markUp.PriceOf(cost) is var price && price != sku.Price ? (price, markUp.Automatic) : (null, false);
            }
        }

        return (null, false);
    }

    private ShelfChange ShelfOf(Sku sku)
    {
        var open = !sku.Routes.All(IsOff);
        return (sku.SyncedShelf, sku.OnShelf, open) switch
        {
            (SyncedShelf.None, true, false) => ShelfChange.PutOff,
            (SyncedShelf.PutOff, false, true) => ShelfChange.PutBack,
            (SyncedShelf.Overruled, _, true) => ShelfChange.Forget,
            _ => ShelfChange.None,
        };
    }

    // What was never listed counts as open: nothing is known against it.
    private bool IsOff(Route route)
    {
        if (route.Source != RouteSource.Supplier || !_supplierIds.TryGetValue(route.Supplier!, out var id))
        {
            return false;
        }

        return id != supplier.Id ? facts.Off.Contains((id, route.SupplierSku!))
            : products.TryGetValue(route.SupplierSku!, out var product) ? !product.OnShelf
            : facts.Known.Contains(route.SupplierSku!);
    }

    private Money? FollowedCost(Route route, Sku sku) =>
        products.TryGetValue(route.SupplierSku!, out var product) && IssueOf(product, sku) is null ? product.UnitCost : null;

    private static Money? CostAfter(Route route, List<CostChange> costs) =>
        costs.Find(cost => cost.SupplierSku == route.SupplierSku)?.After ?? route.UnitCost;

    private static Money? CostOf(SupplierProduct product) => product.UnitCost is { } cost && cost > Money.Zero ? cost : null;

    private bool IsOurs(Route route) => route.Source == RouteSource.Supplier && route.Supplier == supplier.Code;
}
