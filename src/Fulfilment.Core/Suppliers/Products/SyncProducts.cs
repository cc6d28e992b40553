using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storage;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>
/// Lets the catalogue follow what a supplier sells: the costs of routes, prices where a mark-up says so, and the shelf. A list that does not come, or comes
/// empty, changes nothing. One SKU a transaction; broken off, the next run does the rest.
/// </summary>
public sealed class SyncProducts(
    ISuppliers suppliers, ISupplierProductStore products, ICatalogue catalogue, UpdateSku update, CreateSku create, WatchPrices prices)
{
    private const int LongestName = 200;

    /// <summary>What a synchronisation would change now. Or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.StateConflict"/>: there is no list.</summary>
    public async Task<Result<ProductPlan>> PreviewAsync(string code, CancellationToken cancellation)
    {
        var listed = await ReadAsync(code, cancellation).ConfigureAwait(false);
        return listed.Refusal is { } refusal ? refusal : await PlanAsync(listed.Value, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Applies a plan that was looked at, and makes SKUs of new products. Or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.StateConflict"/>: there
    /// is no list, or what would change is not what was looked at. Then nothing was changed.
    /// </summary>
    /// <param name="code">The supplier.</param>
    /// <param name="plan">The hash of the plan that was looked at.</param>
    /// <param name="creations">New products to make SKUs of.</param>
    /// <param name="actor">Who asks.</param>
    public async Task<Result<SyncedProducts>> ApplyAsync(string code, string? plan, IReadOnlyList<NewProductSku> creations, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(creations);
        var listed = await ReadAsync(code, CancellationToken.None).ConfigureAwait(false);
        if (listed.Refusal is { } refusal)
        {
            return refusal;
        }

        var made = await PlanAsync(listed.Value, CancellationToken.None).ConfigureAwait(false);
        if (made.Hash() != plan)
        {
            return new Refusal(RefusalCode.StateConflict, "/plan", "What would change is not, or no longer, what this plan says. Look at the preview again.");
        }

        return await ChangeAsync(listed.Value, made, creations, automatic: false, actor).ConfigureAwait(false);
    }

    /// <summary>Costs and shelf, and prices whose mark-up is automatic. Null: the supplier has no list now.</summary>
    public async Task<SyncedProducts?> RunAsync(Supplier supplier, Actor actor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(supplier);
        var listed = await ReadAsync(supplier.Code, cancellation).ConfigureAwait(false);
        return listed.Refusal is not null
            ? null
            : await ChangeAsync(listed.Value, await PlanAsync(listed.Value, cancellation).ConfigureAwait(false), [], automatic: true, actor).ConfigureAwait(false);
    }

    private async Task<SyncedProducts> ChangeAsync(Listed listed, ProductPlan plan, IReadOnlyList<NewProductSku> creations, bool automatic, Actor actor)
    {
        await products.SaveAsync(listed.Supplier.Id, listed.Products.Values.ToList()).ConfigureAwait(false);
        var changes = plan.Skus.Select(sku => automatic && !sku.AutomaticPrice ? sku with { NewPrice = null } : sku).Where(sku => sku.Changes);
        var done = await update.RunAsync(changes.Select(sku => (sku.Code, ApplyPlannedSku.To(listed.Supplier, sku))), actor).ConfigureAwait(false);
        var created = new List<(string Code, Refusal? Refusal)>();
        foreach (var creation in creations)
        {
            created.Add((creation.Code, await CreateAsync(listed, plan, creation, actor).ConfigureAwait(false)));
        }

        await prices.RunAsync(listed.Supplier.Code).ConfigureAwait(false);
        return new SyncedProducts(
            [.. done.Where(sku => sku.Refusal is null).Select(sku => sku.Code)],
            [.. created.Where(sku => sku.Refusal is null).Select(sku => sku.Code)],
            [.. done.Concat(created).Where(sku => sku.Refusal is not null).Select(sku => new RefusedSku(sku.Code, sku.Refusal!))]);
    }

    private async Task<Refusal?> CreateAsync(Listed listed, ProductPlan plan, NewProductSku creation, Actor actor)
    {
        if (plan.NewProducts.FirstOrDefault(product => product.Product.SupplierSku == creation.SupplierSku) is not { } found)
        {
            return new Refusal(RefusalCode.NotFound, Detail: "This is no new product of the supplier.");
        }

        if ((creation.Price ?? found.SuggestedPrice) is not { } price)
        {
            return Field.Refuse("price", "The supplier has no mark-up to make a price by, so one has to be given.");
        }

        var product = found.Product;
        var made = await create.RunAsync(
            new SkuFields
            {
                Code = creation.Code,
                Name = creation.Name ?? product.Name,
                Kind = creation.Kind,
                Currency = product.Currency,
                Price = price,
                FaceValue = product.FaceValue,
                OnShelf = creation.OnShelf,
                Routes = new([new Route(RouteSource.Supplier, listed.Supplier.Code, product.SupplierSku, product.UnitCost)]),
            },
            actor).ConfigureAwait(false);
        return made.Refusal;
    }

    private async Task<ProductPlan> PlanAsync(Listed listed, CancellationToken cancellation) => new PlanProducts(
        listed.Supplier, catalogue.Current, await products.ReadFactsAsync(listed.Supplier.Id, cancellation).ConfigureAwait(false), listed.Products).Run();

    private async Task<Result<Listed>> ReadAsync(string code, CancellationToken cancellation)
    {
        if (catalogue.Current.FindSupplier(code) is not { } supplier)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        OpenTransaction.RequireNone();
        var found = suppliers.Find(code);
        if (found is { TellsProducts: false })
        {
            return new Refusal(RefusalCode.StateConflict, Detail: "The supplier's file defines no \"products\", so it cannot be asked for a list. Nothing was changed.");
        }

        var list = found is null ? null : await found.ProductsAsync(cancellation).ConfigureAwait(false);
        var usable = (list ?? []).Where(IsUsable).Select(product => product with { Name = Readable(product) })
            .DistinctBy(product => product.SupplierSku).ToDictionary(product => product.SupplierSku, StringComparer.Ordinal);
        return usable.Count > 0
            ? new Listed(supplier, usable)
            : new Refusal(RefusalCode.StateConflict, Detail: "The supplier gives no list of products now: it cannot be called, did not answer, or the list is empty. Nothing was changed.");
    }

    // One that cannot be stored, or could be taken for another, is as if it were not listed; its routes stay.
    private static bool IsUsable(SupplierProduct product) =>
        Field.Text(product.SupplierSku, "", 200, required: true) is null
        && !char.IsWhiteSpace(product.SupplierSku[^1])
        && Field.Currency(product.Currency, "") is null
        && Field.Amount(product.UnitCost, "") is null
        && Field.Amount(product.FaceValue, "") is null;

    private static string Readable(SupplierProduct product)
    {
        var name = product.Name.Length > LongestName ? product.Name[..LongestName] : product.Name;
        return Field.Text(name, "", LongestName, required: true) is null ? name : product.SupplierSku;
    }

    private sealed record Listed(Supplier Supplier, IReadOnlyDictionary<string, SupplierProduct> Products);
}

/// <summary>A new product to make a SKU of.</summary>
/// <param name="SupplierSku">Which one.</param>
/// <param name="Code">Of the new SKU.</param>
/// <param name="Kind">What a unit of it is; suppliers do not say.</param>
/// <param name="Name">Null: as the supplier calls it.</param>
/// <param name="Price">Null: by the supplier's mark-up.</param>
/// <param name="OnShelf">Whether it is for sale at once.</param>
public sealed record NewProductSku(string SupplierSku, string Code, SkuKind Kind, string? Name = null, Money? Price = null, bool OnShelf = false);

/// <summary>What a synchronisation has done.</summary>
/// <param name="Changed">SKUs that were changed.</param>
/// <param name="Created">SKUs that were made.</param>
/// <param name="Refused">SKUs that were not changed or made, and why.</param>
public sealed record SyncedProducts(IReadOnlyList<string> Changed, IReadOnlyList<string> Created, IReadOnlyList<RefusedSku> Refused);

/// <summary>A SKU that was not changed or made.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Refusal">Why.</param>
public sealed record RefusedSku(string Code, Refusal Refusal);
