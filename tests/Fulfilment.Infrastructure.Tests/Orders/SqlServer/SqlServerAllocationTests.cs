using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Storage.SqlServer;

namespace Fulfilment.Infrastructure.Tests.Orders.SqlServer;

/// <summary>Keys that are shared out to a whole group at once fall as if the claims had come to the table one after the other.</summary>
public sealed class SqlServerAllocationTests
{
    [Fact]
    public void GroupGets_WhatItsClaimsWouldHaveGotAlone()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var stock = Enumerable.Range(0, random.Next(30)).Select(i => Key(i, sku: random.Next(1, 3), day: random.Next(10, 14))).ToList();
            var claims = Enumerable.Range(0, random.Next(1, 9)).Select(_ => Claim(random)).ToList();

            var alone = Alone(claims, stock);
            var allocation = new SqlServerAllocation([.. claims.Select(claim => claim.Needs)]);
            allocation.TakeFromTable(Find(allocation.Needs(), stock));
            allocation.Settle(number => claims[number].Draft.AllowPartial);

            var got = claims.ConvertAll(claim => string.Join('|', claim.Needs.Select(line => line.Keys.Count)));
            Assert.True(alone.SequenceEqual(got), $"seed {seed}: {string.Join("; ", alone)} alone, {string.Join("; ", got)} in the group");
            AssertSound(claims, stock, $"seed {seed}");
        }
    }

    private static void AssertSound(List<OrderClaim> claims, List<ClaimedKey> stock, string seed)
    {
        var given = claims.SelectMany(claim => claim.Needs).SelectMany(line => line.Keys.Select(key => (line, key))).ToList();
        Assert.True(given.DistinctBy(one => one.key.Origin.CardKeyId).Count() == given.Count, seed);
        Assert.True(given.All(one => one.key.Origin.SkuId == one.line.SkuId && one.key.Origin.ExpiresOn >= one.line.MinExpiryDay), seed);
        Assert.True(claims.SelectMany(claim => claim.Needs).All(line => line.FromTable.SequenceEqual(line.Keys.Select(key => key.Origin.CardKeyId))), seed);
        Assert.True(given.All(one => stock.Contains(one.key)), seed);
    }

    private static List<string> Alone(List<OrderClaim> claims, List<ClaimedKey> stock)
    {
        var left = Sorted(stock);
        return claims.ConvertAll(claim =>
        {
            var taken = claim.Needs.Select(line =>
            {
                var keys = left.Where(key => key.Origin.SkuId == line.SkuId && key.Origin.ExpiresOn >= line.MinExpiryDay).Take(line.Count).ToList();
                left.RemoveAll(keys.Contains);
                return keys;
            }).ToList();
            if (!claim.Draft.AllowPartial && claim.Needs.Zip(taken).Any(pair => !pair.First.CanWait && pair.Second.Count < pair.First.Count))
            {
                left = Sorted([.. left, .. taken.SelectMany(keys => keys)]);
                taken.ForEach(keys => keys.Clear());
            }

            return string.Join('|', taken.Select(keys => keys.Count));
        });
    }

    // As the statement does: need by need, none twice.
    private static List<ClaimedKey> Find(IReadOnlyList<StockNeed> needs, List<ClaimedKey> stock)
    {
        var found = new List<ClaimedKey>();
        foreach (var need in needs)
        {
            found.AddRange(Sorted(stock).Except(found).Where(key => key.Origin.SkuId == need.SkuId && key.Origin.ExpiresOn >= need.MinExpiryDay).Take(need.Wanted));
        }

        return found;
    }

    private static List<ClaimedKey> Sorted(IEnumerable<ClaimedKey> keys) => [.. keys.OrderBy(key => key.Origin.ExpiresOn).ThenBy(key => key.Origin.CardKeyId)];

    private static OrderClaim Claim(Random random)
    {
        var draft = new OrderDraft
        {
            OrderId = 1,
            Storefront = new() { Id = 1, Code = "shop", Name = "shop", Settlement = Core.Storefronts.Settlement.Postpaid, UpdatedAt = default },
            ClientReference = "A",
            ContentHash = [],
            Currency = "CNY",
            AllowPartial = random.Next(2) == 0,
            Lines = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Line(random))],
        };
        return new OrderClaim(draft);
    }

    // A SKU's lines agree on the day: it follows from the SKU and from today. Some can wait for a person when the pool is empty.
    private static DraftLine Line(Random random)
    {
        var id = random.Next(1, 3);
        Route[] routes = random.Next(3) == 0 ? [new Route(RouteSource.Pool), new Route(RouteSource.Manual)] : [new Route(RouteSource.Pool)];
        var sku = new Sku { Id = id, Code = "X", Name = "X", Kind = SkuKind.CardKey, Currency = "CNY", Price = default, Routes = routes, UpdatedAt = default };
        var units = new long[random.Next(1, 6)];
        return new DraftLine { Id = 1, Sku = sku, Quantity = units.Length, UnitPrice = default, Parts = [new DraftPart(sku, units, default, id == 1 ? 10 : 12)] };
    }

    private static ClaimedKey Key(int id, int sku, int day) =>
        new(new CustodyOrigin(id, sku, 1, day, []), [], Money.Zero, "CNY", BatchTerms.Purchased, new BatchSale(BatchStatus.Completed, false), null);
}
