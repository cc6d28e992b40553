using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests.Storage;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

public sealed class OrderListTests
{
    public static TheoryData<string, OrderQuery> Queries
    {
        get
        {
            var queries = new TheoryData<string, OrderQuery>();
            foreach (var storefront in (long?[])[null, 1])
            {
                foreach (var status in (OrderStatus?[])[null, .. Enum.GetValues<OrderStatus>()])
                {
                    foreach (var reference in (string?[])[null, "A-1"])
                    {
                        foreach (var sku in (long?[])[null, 7])
                        {
                            if (sku is null || storefront is not null || reference is not null)
                            {
                                queries.Add(IndexOf(storefront, status, reference, sku), new OrderQuery(storefront, null, 50) { Status = status, ClientReference = reference, SkuId = sku });
                            }
                        }
                    }
                }
            }

            return queries;
        }
    }

    // The list of one SKU built a table of all its orders for each page; a rare status was looked for among all orders.
    [Trait("Engine", "Sqlite")]
    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Page_IsReadFromOneIndex_WithoutSorting(string index, OrderQuery query)
    {
        using var database = await TestDatabase.CreateAsync();

        var plan = await database.PlanAsync(OrderList.IdsSql(SqliteDialect.Instance, query));

        Assert.Contains(index, plan, StringComparison.Ordinal);
        AssertServedByIndexes(plan);
    }

    [Trait("Engine", "Sqlite")]
    [Theory]
    [InlineData(OrderList.OrdersSql)]
    [InlineData(OrderList.UnitsSql)]
    public async Task OrdersOfAPage_AreReadByTheirKeys(string sql)
    {
        using var database = await TestDatabase.CreateAsync();

        AssertServedByIndexes(await database.PlanAsync(sql.Replace("@ids", "(1, 2, 3)", StringComparison.Ordinal)));
    }

    private static string IndexOf(long? storefront, OrderStatus? status, string? reference, long? sku) => (storefront, status, reference, sku) switch
    {
        (_, _, not null, _) => "INDEX orders_reference ",
        (not null, _, _, not null) => "INDEX order_lines_sku ",
        (not null, _, _, null) => "INDEX orders_status ",
        (null, null or OrderStatus.Fulfilled, _, _) => "INTEGER PRIMARY KEY",
        _ => "INDEX orders_unusual ",
    };

    // The storefronts themselves may be looped over: they are few.
    private static void AssertServedByIndexes(string plan)
    {
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("MATERIALIZE", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", plan.Replace("SCAN s ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_FindTheSame_WhateverIndexTheyUse()
    {
        await using var engine = await StartAsync();
        var shop = await engine.AddStorefrontAsync(Shop, shop => shop with { HoldAbove = Cny(25) });
        await engine.AddStorefrontAsync("shop-2");
        var (one, two) = (await engine.AddSkuAsync("ONE"), await engine.AddSkuAsync("TWO"));
        await engine.AddBatchAsync(one, 50);
        await engine.AddBatchAsync(two, 50);
        var orders = new List<StoredOrder>();
        for (var i = 0; i < 12; i++)
        {
            var request = Request($"A-{i}", [.. Enumerable.Repeat(i % 3 == 0 ? ("ONE", 1) : ("TWO", 1), 1 + (i % 4))]);
            orders.Insert(0, await engine.FindAsync(Accepted(await engine.PlaceAsync(request)).Draft.OrderId));
            Accepted(await engine.PlaceAsync(request, "shop-2"));
        }

        foreach (var sku in (long?[])[null, one.Id, two.Id])
        {
            foreach (var status in (OrderStatus?[])[null, OrderStatus.Held, OrderStatus.Fulfilled])
            {
                foreach (var reference in (string?[])[null, "A-3", "A-7"])
                {
                    var expected = orders.Where(order =>
                        (sku is null || order.Lines[0].SkuId == sku) && (status is null || order.Status == status) && (reference is null || order.ClientReference == reference));
                    var query = new OrderQuery(shop.Id, null, 5) { SkuId = sku, Status = status, ClientReference = reference };

                    var first = await engine.Orders.ListAsync(query, CancellationToken.None);
                    var rest = first.GoesOn ? await engine.Orders.ListAsync(query with { Before = first.Orders[^1].Id, Limit = 100 }, CancellationToken.None) : OrderPage.Empty;

                    Assert.Equal(expected.Select(order => order.ClientReference), first.Orders.Concat(rest.Orders).Select(order => order.ClientReference));
                    Assert.False(rest.GoesOn);
                }
            }
        }
    }

    [Fact]
    public async Task StatusFilters_FollowTheOrder_AlsoBySku()
    {
        await using var engine = await StartAsync();
        var shop = await engine.AddStorefrontAsync(Shop, shop => shop with { HoldAbove = Cny(15) });
        var sku = await engine.AddSkuAsync();
        await engine.AddBatchAsync(sku, 10);
        var orders = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            orders.Add(Accepted(await engine.PlaceAsync(Request($"A-{i}", quantity: 2))).Draft.OrderId);
        }

        Assert.Null(await engine.Held.ReleaseAsync(orders[0], Operator));
        Assert.Null(await engine.Held.CancelAsync(shop.Id, orders[1]));

        foreach (var skuId in (long?[])[null, sku.Id])
        {
            foreach (var (status, order) in new[] { (OrderStatus.Fulfilled, orders[0]), (OrderStatus.Cancelled, orders[1]), (OrderStatus.Held, orders[2]) })
            {
                var page = await engine.Orders.ListAsync(new OrderQuery(shop.Id, null, 5) { Status = status, SkuId = skuId }, CancellationToken.None);
                Assert.Equal([order], page.Orders.Select(found => found.Id));
            }
        }
    }

    // Two hundred orders of five thousand units would be a million units in one answer.
    [Fact]
    public async Task Page_EndsEarly_WhenItsOrdersAreLarge_AndGoesOn()
    {
        await using var engine = await StartAsync();
        var shop = await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 5_800);
        var orders = new List<long>();
        foreach (var quantity in (int[])[900, 900, 300, 2_500, 1_200])
        {
            orders.Insert(0, Accepted(await engine.PlaceAsync(Request($"A-{orders.Count}", quantity: quantity))).Draft.OrderId);
        }

        var pages = new List<int>();
        var found = new List<long>();
        for (var page = new OrderPage([], true); page.GoesOn;)
        {
            page = await engine.Orders.ListAsync(new OrderQuery(shop.Id, found.Count == 0 ? null : found[^1], 200), CancellationToken.None);
            pages.Add(page.Orders.Sum(order => order.Lines.Sum(line => line.Units.Count)));
            found.AddRange(page.Orders.Select(order => order.Id));
        }

        Assert.Equal(orders, found);
        Assert.Equal([1_200, 2_500, 1_200, 900], pages);
    }
}
