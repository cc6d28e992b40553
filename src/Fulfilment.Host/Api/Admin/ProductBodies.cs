using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers.Products;

namespace Fulfilment.Host.Api.Admin;

/// <summary>A product of a supplier.</summary>
internal sealed record ProductView(string SupplierSku, string Name, Money? Cost, string Currency, Money? FaceValue, bool OnShelf, bool Listed, DateTimeOffset SeenAt)
{
    public static ProductView Of(KnownProduct known) => new(
        known.Product.SupplierSku, known.Product.Name, known.Product.UnitCost, known.Product.Currency, known.Product.FaceValue, known.Product.OnShelf, known.Listed, known.SeenAt);
}

/// <summary>What a synchronisation would change.</summary>
/// <param name="Plan">To be handed back when it is applied.</param>
internal sealed record ProductPlanView(string Plan, int Products, IReadOnlyList<PlannedSkuView> Skus, IReadOnlyList<NewProductView> NewProducts, int NewProductsInAll)
{
    // A supplier may list tens of thousands; nobody takes them on by reading this.
    private const int MostNewProducts = 1_000;

    public static ProductPlanView Of(ProductPlan plan) => new(
        plan.Hash(), plan.Products, [.. plan.Skus.Select(PlannedSkuView.Of)], [.. plan.NewProducts.Take(MostNewProducts).Select(NewProductView.Of)], plan.NewProducts.Count);
}

/// <summary>What would change in one SKU.</summary>
internal sealed record PlannedSkuView(
    string Sku, IReadOnlyList<CostChangeView> Costs, PriceChangeView? Price, ShelfChangeView? Shelf, bool Inverted, IReadOnlyList<ProductIssueView> Issues)
{
    public static PlannedSkuView Of(PlannedSku sku) => new(
        sku.Code,
        [.. sku.Costs.Select(cost => new CostChangeView(cost.SupplierSku, cost.Before, cost.After))],
        sku.NewPrice is { } price ? new PriceChangeView(sku.OldPrice, price, sku.AutomaticPrice) : null,
        sku.Shelf is ShelfChange.PutOff or ShelfChange.PutBack ? new ShelfChangeView(sku.WasOnShelf, sku.Shelf == ShelfChange.PutBack) : null,
        sku.Inverted,
        [.. sku.Issues.Select(issue => new ProductIssueView(issue.Kind, issue.SupplierSku))]);
}

internal sealed record CostChangeView(string SupplierSku, Money? Before, Money After);

internal sealed record PriceChangeView(Money Before, Money After, bool Automatic);

internal sealed record ShelfChangeView(bool Before, bool After);

internal sealed record ProductIssueView(ProductIssueKind Kind, string SupplierSku);

/// <summary>A product that no route leads to.</summary>
internal sealed record NewProductView(string SupplierSku, string Name, Money? Cost, string Currency, Money? FaceValue, Money? SuggestedPrice)
{
    public static NewProductView Of(NewProduct product) => new(
        product.Product.SupplierSku, product.Product.Name, product.Product.UnitCost, product.Product.Currency, product.Product.FaceValue, product.SuggestedPrice);
}

/// <summary>A plan to apply.</summary>
internal sealed record ProductSyncBody(string Plan, IReadOnlyList<NewProductBody>? Create = null);

/// <summary>A new product to make a SKU of.</summary>
internal sealed record NewProductBody(string SupplierSku, string Code, SkuKind Kind, string? Name = null, Money? Price = null, bool OnShelf = false)
{
    public NewProductSku Read() => new(SupplierSku, Code, Kind, Name, Price, OnShelf);
}

/// <summary>What a synchronisation has done.</summary>
internal sealed record SyncedProductsView(IReadOnlyList<string> Changed, IReadOnlyList<string> Created, IReadOnlyList<RefusedSkuView> Refused)
{
    public static SyncedProductsView Of(SyncedProducts synced) => new(
        synced.Changed,
        synced.Created,
        [.. synced.Refused.Select(sku => new RefusedSkuView(sku.Code, Problem.Of(sku.Refusal.Code).Code, sku.Refusal.Detail ?? ProblemTexts.English(sku.Refusal.Code).Detail))]);
}

internal sealed record RefusedSkuView(string Sku, string Code, string Detail);

/// <summary>How prices follow a supplier's costs.</summary>
internal sealed record MarkUpsBody(MarkUpBody? Rule, IReadOnlyList<SkuMarkUpBody> Skus)
{
    public static MarkUpsBody Of(MarkUps markUps) => new(
        MarkUpBody.Of(markUps.Rule), [.. markUps.Skus.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new SkuMarkUpBody(entry.Key, MarkUpBody.Of(entry.Value)))]);
}

/// <summary>The mark-up of one SKU; null: its price stays.</summary>
internal sealed record SkuMarkUpBody(string Sku, MarkUpBody? Rule)
{
    public (string Sku, MarkUp? Rule) Read() => (Sku, Rule?.Read());
}

/// <summary>A mark-up.</summary>
internal sealed record MarkUpBody
{
    private static readonly Money Cent = new(100);

    public decimal Percent { get; init; }

    public Money Fixed { get; init; }

    // Not init: the serializer would set it to zero where it is left out.
    public Money Step { get; set; } = Cent;

    public Money MinimumMargin { get; init; }

    public bool Automatic { get; init; }

    public static MarkUpBody? Of(MarkUp? markUp) => markUp is null ? null : new()
    {
        Percent = markUp.Percent, Fixed = markUp.Fixed, Step = markUp.Step, MinimumMargin = markUp.MinimumMargin, Automatic = markUp.Automatic,
    };

    public MarkUp Read() => new(Percent, Fixed, Step, MinimumMargin, Automatic);
}
