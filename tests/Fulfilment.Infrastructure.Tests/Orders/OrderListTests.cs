using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

public sealed class OrderListTests
{
    private static readonly OrderQuery All = new(1, null, 50);

    public static TheoryData<string, OrderQuery> Queries => new()
    {
        { "orders_storefront", All },
        { "orders_storefront", All with { Status = OrderStatus.Fulfilled } },
        { "orders_reference", All with { ClientReference = "A-1" } },
        { "orders_reference", All with { ClientReference = "A-1", SkuId = 7, Status = OrderStatus.Held } },
        { "order_lines_sku", All with { SkuId = 7 } },
        { "order_lines_sku", All with { SkuId = 7, Status = OrderStatus.Failed } },
        { "orders_due", All with { Status = OrderStatus.Held } },
        { "orders_due", All with { Status = OrderStatus.Held, SkuId = 7 } },
    };

    // The list of one SKU built a table of all its orders for each page.
    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Page_IsReadFromAnIndex_WithoutSorting(string index, OrderQuery query)
    {
        using var database = await TestDatabase.CreateAsync();

        var plan = await database.PlanAsync(OrderStore.ListSql(query));

        Assert.Contains($"INDEX {index} ", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("MATERIALIZE", plan, StringComparison.Ordinal);
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
                    var rest = first.Count == 0 ? [] : await engine.Orders.ListAsync(query with { Before = first[^1].Id, Limit = 100 }, CancellationToken.None);

                    Assert.Equal(expected.Select(order => order.ClientReference), first.Concat(rest).Select(order => order.ClientReference));
                }
            }
        }
    }
}
