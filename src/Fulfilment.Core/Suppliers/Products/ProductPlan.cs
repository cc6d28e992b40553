using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>What a synchronisation would change in the catalogue.</summary>
/// <param name="Products">How many the supplier has listed.</param>
/// <param name="Skus">Every SKU with something to change or to say.</param>
/// <param name="NewProducts">On the supplier's shelf, and no SKU's route leads to them.</param>
public sealed record ProductPlan(int Products, IReadOnlyList<PlannedSku> Skus, IReadOnlyList<NewProduct> NewProducts)
{
    /// <summary>The same for the same changes from the same beginning, and for no others.</summary>
    public string Hash()
    {
        var text = new StringBuilder();
        foreach (var sku in Skus.Where(sku => sku.Changes).OrderBy(sku => sku.Code, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{sku.Code} {sku.OldPrice} {sku.NewPrice} {sku.WasOnShelf} {sku.Shelf}\n");
            foreach (var cost in sku.Costs)
            {
                text.Append(CultureInfo.InvariantCulture, $"{cost.SupplierSku.Length} {cost.SupplierSku} {cost.Before} {cost.After}\n");
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>What would change in one SKU.</summary>
/// <param name="Code">The SKU.</param>
/// <param name="Costs">Of its routes to the supplier.</param>
/// <param name="OldPrice">As it is.</param>
/// <param name="NewPrice">By the mark-up; null: it stays.</param>
/// <param name="AutomaticPrice">Whether the recurring synchronisation may change the price.</param>
/// <param name="WasOnShelf">As it is.</param>
/// <param name="Shelf">What becomes of it.</param>
/// <param name="Inverted">Whether the supplier would then cost more than the SKU is sold for.</param>
/// <param name="Issues">Why something is not followed.</param>
public sealed record PlannedSku(
    string Code, IReadOnlyList<CostChange> Costs, Money OldPrice, Money? NewPrice, bool AutomaticPrice, bool WasOnShelf, ShelfChange Shelf, bool Inverted,
    IReadOnlyList<ProductIssue> Issues)
{
    /// <summary>Whether anything would change.</summary>
    public bool Changes => Costs.Count > 0 || NewPrice is not null || Shelf != ShelfChange.None;
}

/// <summary>The cost of a route.</summary>
/// <param name="SupplierSku">Which route to the supplier.</param>
/// <param name="Before">Null: the route had none.</param>
/// <param name="After">What the supplier charges now.</param>
public sealed record CostChange(string SupplierSku, Money? Before, Money After);

/// <summary>What becomes of a SKU's place on the shelf.</summary>
public enum ShelfChange
{
    /// <summary>It stays as it is.</summary>
    None,

    /// <summary>Every route it has is off at its supplier.</summary>
    PutOff,

    /// <summary>A route is open again, and it was the synchronisation that had put it off.</summary>
    PutBack,

    /// <summary>A route is open again; an operator had put the SKU back before, so from now on the synchronisation may put it off anew.</summary>
    Forget,
}

/// <summary>Why something of a product is not followed.</summary>
/// <param name="Kind">Why.</param>
/// <param name="SupplierSku">Which product.</param>
public sealed record ProductIssue(ProductIssueKind Kind, string SupplierSku);

/// <summary>Why something of a product is not followed.</summary>
public enum ProductIssueKind
{
    /// <summary>The supplier has never listed it: is the route's supplier SKU right?</summary>
    NeverListed = 1,

    /// <summary>Listed in a currency other than the SKU's.</summary>
    CurrencyDiffers = 2,

    /// <summary>Listed for nothing, which is more likely a fault than a gift.</summary>
    CostIsZero = 3,
}

/// <summary>A product that no SKU's route leads to.</summary>
/// <param name="Product">As the supplier lists it.</param>
/// <param name="SuggestedPrice">By the supplier's mark-up; null: it has none, or the product no cost.</param>
public sealed record NewProduct(SupplierProduct Product, Money? SuggestedPrice);
