using System.Globalization;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>What a shop sells in a test of many orders: cards and top-ups, from one supplier and from one after the other.</summary>
internal sealed class SupplyGoods
{
    private readonly SuppliedShop _shop;
    private readonly List<(string Sku, bool IsTopUp)> _goods = [];
    private int _orders;

    private SupplyGoods(SuppliedShop shop) => _shop = shop;

    public static async Task<SupplyGoods> OfferAsync(SuppliedShop shop, IRunningHost host, IReadOnlyList<ExampleSupplier> suppliers)
    {
        var goods = new SupplyGoods(shop);
        foreach (var supplier in suppliers)
        {
            goods._goods.Add((await shop.SkuAsync(host, $"{supplier.Code}-T", "T1", isTopUp: true, supplier), true));
            if (supplier.HasCodes)
            {
                goods._goods.Add((await shop.SkuAsync(host, $"{supplier.Code}-C", "C1", isTopUp: false, supplier), false));
            }
        }

        ExampleSupplier[] withCodes = [.. suppliers.Where(supplier => supplier.HasCodes)];
        goods._goods.Add((await shop.SkuAsync(host, "CHAIN-T", "T2", isTopUp: true, [.. suppliers]), true));
        goods._goods.Add((await shop.SkuAsync(host, "CHAIN-C", "C2", isTopUp: false, [.. withCodes.Reverse()]), false));
        return goods;
    }

    /// <summary>Orders of one to five units until there are so many units, from several buyers at once.</summary>
    public async Task BuyAsync(IRunningHost host, int seed, int units, int buyers)
    {
        var left = units;
        await Task.WhenAll(Enumerable.Range(0, buyers).Select(buyer => Task.Run(async () =>
        {
            var random = new Random(seed + buyer);
            while (true)
            {
                var (sku, isTopUp) = _goods[random.Next(_goods.Count)];
                var quantity = random.Next(1, 6);
                if (Interlocked.Add(ref left, -quantity) + quantity <= 0)
                {
                    return;
                }

                await _shop.PlaceAsync(host, NextReference(), sku, quantity, isTopUp);
            }
        })));
    }

    /// <summary>Any order of it, with a reference that says what it was, so that it can be posted again.</summary>
    public Task<bool> PlaceAsync(IRunningHost host, string reference)
    {
        var number = int.Parse(reference.AsSpan(1), CultureInfo.InvariantCulture);
        var (sku, isTopUp) = _goods[number % _goods.Count];
        return _shop.PlaceAsync(host, reference, sku, 1 + (number % 3), isTopUp);
    }

    public string NextReference() => string.Create(CultureInfo.InvariantCulture, $"G{Interlocked.Increment(ref _orders)}");
}
