using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Tests.Catalogue;

public sealed class BundlePriceTests
{
    [Fact]
    public void Shares_AreInProportionToTheComponentsOwnPrices() => Assert.Equal(
        [new BundleShare(0, 1, new Money(200_000)), new BundleShare(1, 2, new Money(50_000))],
        BundlePrice.Split(new Money(300_000), [(new Money(400_000), 1), (new Money(100_000), 2)]));

    [Fact]
    public void WhatDoesNotDivide_IsSpreadOverTheUnits() => Assert.Equal(
        [new BundleShare(0, 2, new Money(33_333)), new BundleShare(0, 1, new Money(33_334))],
        BundlePrice.Split(new Money(100_000), [(new Money(7), 3)]));

    [Fact]
    public void FreeComponents_ShareEvenly() => Assert.Equal(
        [new BundleShare(0, 1, new Money(25_000)), new BundleShare(1, 3, new Money(25_000))],
        BundlePrice.Split(new Money(100_000), [(Money.Zero, 1), (Money.Zero, 3)]));

    [Fact]
    public void Shares_AlwaysSumToThePrice()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var price = new Money(random.NextInt64(Largest(random)));
            var components = Enumerable.Range(0, random.Next(1, 21)).Select(_ => (Price: new Money(random.NextInt64(Largest(random))), Quantity: random.Next(1, 101))).ToList();

            var shares = BundlePrice.Split(price, components);

            var what = $"seed {seed}, step {i}: {price} over {string.Join(", ", components)} made {string.Join(", ", shares)}";
            Assert.True(shares.Sum(share => share.Price.TenThousandths * share.Quantity) == price.TenThousandths, what);
            Assert.True(shares.All(share => share.Quantity > 0 && share.Price >= Money.Zero), what);
            Assert.True(components.Select(component => component.Quantity).SequenceEqual(
                Enumerable.Range(0, components.Count).Select(component => shares.Where(share => share.Component == component).Sum(share => share.Quantity))), what);
        }
    }

    private static long Largest(Random random) => random.Next(4) switch { 0 => 1, 1 => 100, 2 => 10_000_000, _ => Money.Largest.TenThousandths };
}
