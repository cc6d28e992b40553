namespace Fulfilment.Core.Catalogue;

/// <summary>Shares a bundle's price out among its components, so that each unit has a price of its own for the ledger and for a refund.</summary>
public static class BundlePrice
{
    /// <summary>
    /// In proportion to what the components cost on their own, evenly where they are free. The shares are as close to that as ten-thousandths allow, and
    /// their sum is the price exactly.
    /// </summary>
    /// <param name="price">Of one bundle.</param>
    /// <param name="components">Each component's own price, and how many of it there are.</param>
    public static IReadOnlyList<BundleShare> Split(Money price, IReadOnlyList<(Money Price, int Quantity)> components)
    {
        ArgumentNullException.ThrowIfNull(components);
        var isFree = components.All(component => component.Price == Money.Zero);
        Int128 total = components.Sum(Weight);
        var shares = new List<BundleShare>(components.Count);
        var (weightSoFar, sharedSoFar) = (Int128.Zero, 0L);
        for (var i = 0; i < components.Count; i++)
        {
            weightSoFar += Weight(components[i]);
            var sharedThen = (long)(price.TenThousandths * weightSoFar / total);
            Add(shares, i, components[i].Quantity, sharedThen - sharedSoFar);
            sharedSoFar = sharedThen;
        }

        return shares;

        long Weight((Money Price, int Quantity) component) => isFree ? component.Quantity : component.Price.TenThousandths * component.Quantity;
    }

    // What does not divide is spread: so many of the component's units cost a ten-thousandth more.
    private static void Add(List<BundleShare> shares, int component, int quantity, long amount)
    {
        var (each, dearer) = Math.DivRem(amount, quantity);
        if (dearer < quantity)
        {
            shares.Add(new BundleShare(component, quantity - (int)dearer, new Money(each)));
        }

        if (dearer > 0)
        {
            shares.Add(new BundleShare(component, (int)dearer, new Money(each + 1)));
        }
    }
}

/// <summary>Units of a bundle that are of one component and have one price.</summary>
/// <param name="Component">The component's place in the list.</param>
/// <param name="Quantity">So many in one bundle.</param>
/// <param name="Price">Of each.</param>
public readonly record struct BundleShare(int Component, int Quantity, Money Price);
