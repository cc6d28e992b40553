using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Bundles: one line, many units, each of a component, with an outcome and a price of its own.</summary>
public sealed class BundleTests
{
    private static readonly Route Pool = new(RouteSource.Pool);
    private static readonly Route Acme = new(RouteSource.Supplier, "acme", "V1");

    [Fact]
    public async Task Bundle_IsDeliveredAsItsComponents_WhosePricesAreItsOwn()
    {
        await using var engine = await WithAsync(new("A", 2), new("B", 1));
        await StockAsync(engine, ("A", 4), ("B", 2));

        var accepted = Accepted(await engine.PlaceAsync(Request("A-1", "PACK", 2)));
        var order = await engine.FindAsync(accepted.Draft.OrderId);

        Assert.Equal((OrderStatus.Fulfilled, Cny(40)), (order.Status, order.Amount));
        var line = Assert.Single(order.Lines);
        Assert.Equal((2, Cny(20)), (line.Quantity, line.UnitPrice));

        // A costs 10.00 and B 30.00 by themselves, and two A and one B are sold for 20.00.
        Assert.Equal(["A", "A", "B", "A", "A", "B"], line.Units.Select(unit => engine.Catalogue.FindSku(unit.SkuId)!.Code));
        Assert.Equal([Cny(4), Cny(4), Cny(12), Cny(4), Cny(4), Cny(12)], line.Units.Select(unit => unit.Price));
        Assert.Equal(1, await engine.CountAsync("order_lines", "quantity = 2 AND unit_count = 6"));
        var codes = (await engine.Reveal.CodesAsync(order.StorefrontId, order.Id, Operator, CancellationToken.None)).Value;
        Assert.All(codes, code => Assert.StartsWith(code.Sku + "-", code.Secret, StringComparison.Ordinal));
        var shown = engine.Presenter.Show(order, withCodes: false).Lines[0].Units;
        Assert.Equal([("A", Cny(4)), ("B", Cny(12))], shown.Select(unit => (unit.Sku!, unit.Price!.Value)).Distinct());
        Assert.Equivalent(order, StoredOrder.From(accepted), strict: true);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task ShortComponent_RefusesTheBundle_AndGivesTheOthersBack()
    {
        await using var engine = await WithAsync(new("A", 2), new("B", 1));
        await StockAsync(engine, ("A", 4), ("B", 1));

        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-1", "PACK", 2))));

        Assert.Equal(5, await engine.CountAsync("card_keys", "state = 10"));
        Accepted(await engine.PlaceAsync(Request("A-1", "PACK", 1)));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task AllowPartial_FailsTheShortComponent_AndChargesTheOthers()
    {
        await using var engine = await WithAsync(new("A", 2), new("B", 1));
        await StockAsync(engine, ("A", 3), ("B", 0));

        var accepted = Accepted(await engine.PlaceAsync(Request("A-1", "PACK", 2) with { AllowPartial = true }));
        var order = await engine.FindAsync(accepted.Draft.OrderId);

        Assert.Equal((OrderStatus.PartiallyFulfilled, OrderStatus.PartiallyFulfilled), (order.Status, order.Lines[0].Status));
        Assert.Equal(3, order.Lines[0].Units.Count(unit => unit.State == UnitState.Delivered));
        Assert.Equal(Cny(1_000) - Cny(12), (await engine.WalletAsync()).Balance);
        Assert.Equivalent(order, StoredOrder.From(accepted), strict: true);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task ComponentOfASupplier_Waits_WhileTheOthersAreDelivered()
    {
        await using var engine = await WithAsync(new("A", 1), new("TOPUP", 1));
        await StockAsync(engine, ("A", 1));

        var request = Request("A-1", "PACK") with { Lines = [new OrderLineRequest { Sku = "PACK", Quantity = 1, Recipient = "13800000000" }] };
        var order = await engine.FindAsync(Accepted(await engine.PlaceAsync(request)).Draft.OrderId);

        Assert.Equal(OrderStatus.Processing, order.Status);
        Assert.Equal([UnitState.Delivered, UnitState.Pending], order.Lines[0].Units.Select(unit => unit.State));
        Assert.NotNull(order.Lines[0].Recipient);
        Assert.Equal(new WalletBalance(Cny(990), Cny(10)), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task HeldBundle_ReservesItsComponents_AndIsReleasedOrCalledOffAsAWhole()
    {
        await using var engine = await WithAsync(new("A", 1), new("TOPUP", 1));
        await StockAsync(engine, ("A", 2));
        await engine.ChangeStorefrontAsync(Shop, shop => shop with { HoldAbove = Cny(10) });
        var (released, rejected) = (Accepted(await engine.PlaceAsync(Request("A-1", "PACK"))).Draft.OrderId, Accepted(await engine.PlaceAsync(Request("A-2", "PACK"))).Draft.OrderId);
        Assert.Equal(new WalletBalance(Cny(1_000), Cny(40)), await engine.WalletAsync());

        Assert.Null(await engine.Held.ReleaseAsync(released, Operator));
        Assert.Null(await engine.Held.RejectAsync(rejected, Operator));

        Assert.Equal((OrderStatus.Processing, OrderStatus.Cancelled), ((await engine.FindAsync(released)).Status, (await engine.FindAsync(rejected)).Status));
        Assert.Equal(new WalletBalance(Cny(990), Cny(10)), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task Component_IsReplacedByItsLike_AndRefundedAtItsShare()
    {
        await using var engine = await WithAsync(new("A", 2), new("B", 1));
        await StockAsync(engine, ("A", 2), ("B", 2));
        var id = Accepted(await engine.PlaceAsync(Request("A-1", "PACK"))).Draft.OrderId;
        var units = (await engine.FindAsync(id)).Lines[0].Units;

        await AskAsync(engine, id, AfterSalesKind.Replacement, units[2].Id);
        var replacement = (await engine.FindAsync(id)).Lines[0].Units[^1];
        Assert.Equal((units[2].Id, units[2].SkuId, units[2].Price, UnitState.Delivered), (replacement.ReplacesUnitId!.Value, replacement.SkuId, replacement.Price, replacement.State));
        await OrderBooks.AssertBalanceAsync(engine);

        await AskAsync(engine, id, AfterSalesKind.Refund, replacement.Id, units[0].Id);
        Assert.Equal(Cny(1_000) - Cny(4), (await engine.WalletAsync()).Balance);
        Assert.Equal(OrderStatus.Fulfilled, (await engine.FindAsync(id)).Status);
        await AskAsync(engine, id, AfterSalesKind.Refund, units[1].Id);
        Assert.Equal(OrderStatus.Refunded, (await engine.FindAsync(id)).Status);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task BundleThatCannotBeSold_IsRefusedForItsComponents()
    {
        await using var engine = await WithAsync(new("A", 1), new("B", 99));
        await StockAsync(engine, ("A", 1), ("B", 99));

        Assert.Equal(RefusalCode.QuantityOutOfRange, Refused(await engine.PlaceAsync(Request("A-1", "PACK", 51))));
        await engine.ChangeSkuAsync("B", sku => sku with { Routes = [] });
        Assert.Equal(RefusalCode.RouteNotAvailable, Refused(await engine.PlaceAsync(Request("A-1", "PACK"))));
        await engine.ChangeSkuAsync("B", sku => sku with { OnShelf = false });
        Assert.Equal(RefusalCode.SkuOffShelf, Refused(await engine.PlaceAsync(Request("A-1", "PACK"))));
        await engine.ChangeSkuAsync("PACK", sku => sku with { Components = [] });
        Assert.Equal(RefusalCode.RouteNotAvailable, Refused(await engine.PlaceAsync(Request("A-1", "PACK"))));
    }

    [Fact]
    public async Task RandomBundles_AlwaysBalance()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var engine = await WithAsync(new BundleComponent("A", 1));
        await StockAsync(engine, ("A", 60), ("B", 40));
        for (var i = 0; i < 60; i++)
        {
            string[] codes = ["A", "B", "TOPUP"];
            random.Shuffle(codes);
            foreach (var code in codes)
            {
                await engine.ChangeSkuAsync(code, sku => sku with { Price = new Money(random.Next(3) * random.Next(1_000_000)) });
            }

            BundleComponent[] components = [.. codes.Take(random.Next(1, 4)).Select(code => new BundleComponent(code, random.Next(1, 4)))];
            await engine.ChangeSkuAsync("PACK", sku => sku with { Price = new Money(random.Next(1_000_000)), Components = components });
            await engine.ChangeStorefrontAsync(Shop, shop => shop with { HoldAbove = random.Next(3) == 0 ? Money.Zero : null });
            var request = Request($"A-{i}", ("PACK", random.Next(1, 4)), ("A", random.Next(1, 3))) with { AllowPartial = random.Next(2) == 0 };
            if (await engine.PlaceAsync(request) is IntakeOutcome.Accepted { Order: var accepted })
            {
                var order = await engine.FindAsync(accepted.Draft.OrderId);
                Assert.True(order.Amount == order.Lines.SelectMany(line => line.Units).Aggregate(Money.Zero, (sum, unit) => sum + unit.Price), $"seed {seed}, order {i}");
                if (order.Status == OrderStatus.Held)
                {
                    Assert.Null(random.Next(2) == 0 ? await engine.Held.ReleaseAsync(order.Id, Operator) : await engine.Held.RejectAsync(order.Id, Operator));
                }
            }
        }

        await OrderBooks.AssertBalanceAsync(engine, $"seed {seed}");
    }

    private static async Task AskAsync(OrderEngine engine, long orderId, AfterSalesKind kind, params long[] units)
    {
        var request = new AfterSalesRequest(orderId, kind, [.. units.Select(unit => PublicId.Format(PublicId.Unit, unit))], "not wanted", Guid.NewGuid().ToString());
        var done = await engine.AfterSales.HandleAsync(request, engine.Catalogue.FindStorefront(Shop)!.Id, Operator);
        Assert.Equal(AfterSalesStatus.Done, done.Value.Case.Status);
    }

    private static async Task StockAsync(OrderEngine engine, params (string Sku, int Count)[] stock)
    {
        foreach (var (sku, count) in stock)
        {
            await engine.AddBatchAsync(engine.Catalogue.FindSku(sku)!, count);
        }
    }

    /// <summary>A prepaid storefront with 1000.00, card keys A at 10.00 and B at 30.00, a top-up at 10.00, and a bundle at 20.00.</summary>
    private static async Task<OrderEngine> WithAsync(params BundleComponent[] components)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });
        await engine.DepositAsync(Shop, Cny(1_000));
        await engine.AddSkuAsync("A", sku => sku with { Routes = [Pool] });
        await engine.AddSkuAsync("B", sku => sku with { Routes = [Pool], Price = Cny(30) });
        await engine.AddSkuAsync("TOPUP", sku => sku with { Kind = SkuKind.TopUp, Routes = [Acme] });
        await engine.AddSkuAsync("PACK", sku => sku with { Kind = SkuKind.Bundle, Routes = [], Price = Cny(20), Components = components });
        return engine;
    }
}
