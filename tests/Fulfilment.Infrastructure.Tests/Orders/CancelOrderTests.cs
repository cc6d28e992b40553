using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>A storefront takes back what nobody has begun with, and nothing else.</summary>
public sealed class CancelOrderTests
{
    [Fact]
    public async Task WhatWaits_IsCancelled_AndItsMoneyGivenBack()
    {
        await using var engine = await WithAsync(stock: 0);
        var id = await PlaceAsync(engine, 3);
        using var waiting = engine.Ends.TryWait(id)!;

        Assert.Null(await CancelAsync(engine, id));

        var order = await engine.FindAsync(id);
        Assert.Equal((OrderStatus.Cancelled, OrderStatus.Cancelled, 2), (order.Status, order.Lines[0].Status, order.Version));
        Assert.All(order.Lines[0].Units, unit => Assert.Equal((UnitState.Cancelled, null), (unit.State, unit.DueAtMs)));
        Assert.Equal(new WalletBalance(Cny(100), Money.Zero), await engine.WalletAsync());
        Assert.Equal(1, await engine.CountAsync("outbox", "type = 5 AND version = 2"));
        Assert.Equal(1, await engine.CountAsync("holds", "state = 21 AND settled = amount"));
        Assert.True(waiting.Ended.IsCompleted);
        Assert.Equal(RefusalCode.NotCancellable, (await CancelAsync(engine, id))?.Code);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task WhatIsDelivered_StaysAndIsPaidFor()
    {
        await using var engine = await WithAsync(stock: 2);
        var id = await PlaceAsync(engine, 3);

        Assert.Null(await CancelAsync(engine, id));

        var order = await engine.FindAsync(id);
        Assert.Equal(OrderStatus.PartiallyFulfilled, order.Status);
        Assert.Equal([UnitState.Delivered, UnitState.Delivered, UnitState.Cancelled], order.Lines[0].Units.Select(unit => unit.State));
        Assert.Equal(new WalletBalance(Cny(80), Money.Zero), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Theory]
    [InlineData(UnitState.Processing)]
    [InlineData(UnitState.Unknown)]
    public async Task WhatASupplierWasAskedFor_GoesOn(UnitState submitted)
    {
        await using var engine = await WithAsync(stock: 0);
        var id = await PlaceAsync(engine, 3);
        await engine.Storage.ExecuteAsync("UPDATE units SET state = @submitted WHERE id = (SELECT min(id) FROM units)", new { submitted });

        Assert.Null(await CancelAsync(engine, id));

        var order = await engine.FindAsync(id);
        Assert.Equal((OrderStatus.Processing, OrderStatus.Processing), (order.Status, order.Lines[0].Status));
        Assert.Equal([submitted, UnitState.Cancelled, UnitState.Cancelled], order.Lines[0].Units.Select(unit => unit.State));
        Assert.Equal(new WalletBalance(Cny(100), Cny(10)), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
        Assert.Equal(RefusalCode.NotCancellable, (await CancelAsync(engine, id))?.Code);
    }

    [Fact]
    public async Task WhatWaitsForAPerson_IsCancelled()
    {
        await using var engine = await WithAsync(stock: 0);
        var id = await PlaceAsync(engine, 1);
        await engine.Storage.ExecuteAsync("UPDATE units SET state = 13");

        Assert.Null(await CancelAsync(engine, id));

        Assert.Equal(OrderStatus.Cancelled, (await engine.FindAsync(id)).Status);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Theory]
    [InlineData("INSERT INTO unit_leases (unit_id, taken_by, taken_until) SELECT id, 'operator:li', @later FROM units", false)]
    [InlineData("INSERT INTO unit_leases (unit_id, taken_by, taken_until) SELECT id, 'operator:li', @now FROM units", true)]
    [InlineData("INSERT INTO unit_decisions (id, order_id, unit_id, kind, status, proposed_by) SELECT 1, order_id, id, 1, 10, 'operator:li' FROM units", false)]
    public async Task WhatAPersonHasTaken_OrHasProposedToDeliver_IsNotCancelled(string taken, bool isFree)
    {
        await using var engine = await WithAsync(stock: 0);
        var id = await PlaceAsync(engine, 1);
        await engine.Storage.ExecuteAsync("UPDATE units SET state = 13");
        var now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await engine.Storage.ExecuteAsync(taken, new { now, later = now + 1 });

        Assert.Equal(isFree ? null : RefusalCode.NotCancellable, (await CancelAsync(engine, id))?.Code);
    }

    [Fact]
    public async Task WhatMayHaveBeenSubmittedBeforeARestore_IsNotCancelled()
    {
        await using var engine = await WithAsync(stock: 0);
        var id = await PlaceAsync(engine, 1);
        await engine.Storage.ExecuteAsync("UPDATE units SET by_hand = 1");

        Assert.Equal(RefusalCode.NotCancellable, (await CancelAsync(engine, id))?.Code);
    }

    [Fact]
    public async Task FulfilledOrder_AndAnothersOrder_AreNot()
    {
        await using var engine = await WithAsync(stock: 1);
        var id = await PlaceAsync(engine, 1);

        Assert.Equal(RefusalCode.NotCancellable, (await CancelAsync(engine, id))?.Code);
        Assert.Equal(RefusalCode.NotFound, (await engine.Cancel.RunAsync(1, id))?.Code);
    }

    [Fact]
    public async Task CancelledManyTimesAtOnce_GivesTheMoneyBackOnce()
    {
        await using var engine = await WithAsync(stock: 0);
        var id = await PlaceAsync(engine, 5);

        var answers = await AtOnceAsync(8, async _ => await CancelAsync(engine, id));

        Assert.Single(answers, answer => answer is null);
        Assert.All(answers.OfType<Refusal>(), refusal => Assert.Equal(RefusalCode.NotCancellable, refusal.Code));
        Assert.Equal(new WalletBalance(Cny(100), Money.Zero), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task HeldOrder_IsCancelledWhole()
    {
        await using var engine = await WithAsync(stock: 2);
        await engine.ChangeStorefrontAsync(Shop, shop => shop with { HoldAbove = Cny(20) });
        var id = await PlaceAsync(engine, 3);

        Assert.Null(await CancelAsync(engine, id));

        Assert.Equal(OrderStatus.Cancelled, (await engine.FindAsync(id)).Status);
        Assert.Equal(2, await engine.CountAsync("card_keys", "state = 10"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    private static async Task<long> PlaceAsync(OrderEngine engine, int quantity) => Accepted(await engine.PlaceAsync(Request("A-1", "V", quantity))).Draft.OrderId;

    private static Task<Refusal?> CancelAsync(OrderEngine engine, long id) => engine.Cancel.RunAsync(engine.Catalogue.FindStorefront(Shop)!.Id, id);

    private static async Task<OrderEngine> WithAsync(int stock)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });
        await engine.DepositAsync(Shop, Cny(100));
        var sku = await engine.AddSkuAsync("V", sku => sku with { Routes = [new Route(RouteSource.Pool), new Route(RouteSource.Supplier, "acme", "V1")] });
        await engine.AddBatchAsync(sku, stock);
        return engine;
    }
}
