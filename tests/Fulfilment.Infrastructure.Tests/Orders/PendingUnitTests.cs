using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Units that are not in the pool: stored as due work, with their money kept back.</summary>
public sealed class PendingUnitTests
{
    private static readonly Route Pool = new(RouteSource.Pool);
    private static readonly Route Acme = new(RouteSource.Supplier, "acme", "V1", new Money(80_000));
    private static readonly Route Person = new(RouteSource.Manual);

    public static TheoryData<SkuKind, RouteSource> Waiting => new()
    {
        { SkuKind.TopUp, RouteSource.Supplier }, { SkuKind.TopUp, RouteSource.Manual }, { SkuKind.Manual, RouteSource.Manual },
        { SkuKind.CardKey, RouteSource.Supplier }, { SkuKind.CardKey, RouteSource.Manual },
    };

    [Theory]
    [MemberData(nameof(Waiting))]
    public async Task UnitThatBeginsElsewhere_IsDueAtOnce_AndItsMoneyKeptBack(SkuKind kind, RouteSource source)
    {
        await using var engine = await WithAsync(Cny(100), ("V", kind, [source == RouteSource.Supplier ? Acme : Person, Pool], 5));

        var accepted = Accepted(await engine.PlaceAsync(Request("A-1", "V", 3)));
        var order = await engine.FindAsync(accepted.Draft.OrderId);

        var now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal((OrderStatus.Processing, null), (order.Status, order.CompletedAtMs));
        Assert.Equal(OrderStatus.Processing, order.Lines[0].Status);
        Assert.All(order.Lines[0].Units, unit => Assert.Equal((UnitState.Pending, now, null, null), (unit.State, unit.DueAtMs, unit.CardKeyId, unit.Failure)));
        Assert.Equal(new WalletBalance(Cny(100), Cny(30)), await engine.WalletAsync());
        Assert.Equal(5, await engine.CountAsync("card_keys", "state = 10"));
        Assert.Equal(1, await engine.CountAsync("orders", "open_units = 3 AND due_at = @due", new { due = now + 900_000 }));
        Assert.Equal(1, await engine.CountAsync("holds", "state = 10 AND amount = 300000 AND settled = 0"));
        Assert.Equal(0, await engine.CountAsync("outbox", "order_id <> 0"));
        Assert.True(await IsRaisedAsync(engine));
        Assert.Equivalent(order, StoredOrder.From(accepted), strict: true);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task WhatThePoolLacks_GoesToTheNextRoute()
    {
        await using var engine = await WithAsync(Cny(100), ("V", SkuKind.CardKey, [Pool, Acme], 2));

        var accepted = Accepted(await engine.PlaceAsync(Request("A-1", "V", 5)));
        var order = await engine.FindAsync(accepted.Draft.OrderId);

        Assert.Equal(OrderStatus.Processing, order.Status);
        Assert.Equal([UnitState.Delivered, UnitState.Delivered, UnitState.Pending, UnitState.Pending, UnitState.Pending], order.Lines[0].Units.Select(unit => unit.State));
        Assert.Equal(new WalletBalance(Cny(80), Cny(30)), await engine.WalletAsync());
        Assert.True(await IsRaisedAsync(engine));
        Assert.Equivalent(order, StoredOrder.From(accepted), strict: true);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task WhatThePoolHas_IsDeliveredAtOnce_AndWakesNobody()
    {
        await using var engine = await WithAsync(Cny(100), ("V", SkuKind.CardKey, [Pool, Acme], 2));

        Assert.Equal(OrderStatus.Fulfilled, Accepted(await engine.PlaceAsync(Request("A-1", "V", 2))).Status);

        Assert.False(await IsRaisedAsync(engine));
        Assert.Equal(0, await engine.CountAsync("holds"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task LineThatCannotWait_RefusesTheOrder_WithAllItsMoney()
    {
        await using var engine = await WithAsync(
            Cny(100), ("POOL", SkuKind.CardKey, [Pool], 1), ("BOTH", SkuKind.CardKey, [Pool, Acme], 3), ("TOPUP", SkuKind.TopUp, [Acme], 0));

        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-1", ("BOTH", 2), ("TOPUP", 1), ("POOL", 2)))));

        Assert.Equal(new WalletBalance(Cny(100), Money.Zero), await engine.WalletAsync());
        Assert.Equal(4, await engine.CountAsync("card_keys", "state = 10"));
        Assert.Equal(0, await engine.CountAsync("orders") + await engine.CountAsync("holds"));
        Assert.False(await IsRaisedAsync(engine));
    }

    [Fact]
    public async Task AllowPartial_FailsOnlyWhatCannotWait()
    {
        await using var engine = await WithAsync(
            Cny(100), ("POOL", SkuKind.CardKey, [Pool], 1), ("BOTH", SkuKind.CardKey, [Pool, Acme], 1), ("NONE", SkuKind.CardKey, [Pool], 0));

        var accepted = Accepted(await engine.PlaceAsync(Request("A-1", ("POOL", 2), ("BOTH", 2), ("NONE", 1)) with { AllowPartial = true }));
        var order = await engine.FindAsync(accepted.Draft.OrderId);

        Assert.Equal(OrderStatus.Processing, order.Status);
        Assert.Equal([OrderStatus.PartiallyFulfilled, OrderStatus.Processing, OrderStatus.Failed], order.Lines.Select(line => line.Status));
        Assert.Equal(new WalletBalance(Cny(80), Cny(10)), await engine.WalletAsync());
        Assert.Equivalent(order, StoredOrder.From(accepted), strict: true);
        await OrderBooks.AssertBalanceAsync(engine);
        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-2", "NONE") with { AllowPartial = true })));
    }

    [Fact]
    public async Task Deposit_IsDrainedExactly_ByWhatIsDeliveredAndWhatWaits()
    {
        await using var engine = await WithAsync(Cny(100), ("V", SkuKind.CardKey, [Pool, Acme], 4), ("T", SkuKind.TopUp, [Acme], 0));

        var outcomes = await engine.PlaceGroupAsync([.. Enumerable.Range(0, 8).Select(i => Request($"A-{i}", ("V", 1), ("T", 1)))]);

        Assert.Equal(5, outcomes.OfType<IntakeOutcome.Accepted>().Count());
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.InsufficientBalance, refused.Refusal.Code));
        Assert.Equal(new WalletBalance(Cny(60), Cny(60)), await engine.WalletAsync());
        Assert.Equal(RefusalCode.InsufficientBalance, Refused(await engine.PlaceAsync(Request("A-9", "T"))));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task OneReferenceAtOnce_MakesOneOrder()
    {
        await using var engine = await WithAsync(Cny(1_000), ("V", SkuKind.CardKey, [Pool, Acme], 3));

        var outcomes = await AtOnceAsync(16, _ => engine.PlaceAsync(Request("A-1", "V", 5)));

        Assert.Single(outcomes.Select(OrderOf).Distinct());
        Assert.Single(outcomes.OfType<IntakeOutcome.Accepted>());
        Assert.Equal(2, await engine.CountAsync("units", "state = 10"));
        Assert.Equal(new WalletBalance(Cny(970), Cny(20)), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task WhatIsDue_IsFoundByWhoeverOpensTheDatabaseNext()
    {
        await using var engine = await WithAsync(Cny(100), ("T", SkuKind.TopUp, [Acme], 0));
        var unit = Accepted(await engine.PlaceAsync(Request("A-1", "T"))).Draft.Lines[0].Parts[0].UnitIds[0];

        var due = await engine.Storage.OpenAnother().ReadAsync(
            connection => connection.QueryAsync<long>(
                "SELECT id FROM units WHERE state = 10 AND due_at <= @now ORDER BY due_at", new { now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds() }),
            TestContext.Current.CancellationToken);

        Assert.Equal([unit], due);
    }

    [Fact]
    public async Task FreeUnits_WaitWithAHoldOfNothing()
    {
        await using var engine = await WithAsync(Money.Zero, ("T", SkuKind.TopUp, [Acme], 0));
        await engine.ChangeSkuAsync("T", sku => sku with { Price = Money.Zero });

        Assert.Equal(OrderStatus.Processing, Accepted(await engine.PlaceAsync(Request("A-1", "T", 2))).Status);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task Refund_OfWhatIsDelivered_LeavesTheRestOpen()
    {
        await using var engine = await WithAsync(Cny(100), ("V", SkuKind.CardKey, [Pool, Acme], 1));
        var id = Accepted(await engine.PlaceAsync(Request("A-1", "V", 2))).Draft.OrderId;
        var unit = (await engine.FindAsync(id)).Lines[0].Units[0].Id;

        var refunded = await engine.AfterSales.HandleAsync(
            new AfterSalesRequest(id, AfterSalesKind.Refund, [PublicId.Format(PublicId.Unit, unit)], "not wanted", "key"), engine.Catalogue.FindStorefront(Shop)!.Id, Operator);

        Assert.Equal(AfterSalesStatus.Done, refunded.Value.Case.Status);
        var order = await engine.FindAsync(id);
        Assert.Equal((OrderStatus.Processing, OrderStatus.Processing), (order.Status, order.Lines[0].Status));
        Assert.Equal([UnitState.Refunded, UnitState.Pending], order.Lines[0].Units.Select(found => found.State));
        Assert.Equal(new WalletBalance(Cny(100), Cny(10)), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task Release_DeliversWhatHasACode_AndSendsTheRestToItsRoutes()
    {
        await using var engine = await HeldAsync();
        var id = Accepted(await engine.PlaceAsync(Request("A-1", ("V", 3), ("T", 1)))).Draft.OrderId;
        Assert.Equal(new WalletBalance(Cny(100), Cny(40)), await engine.WalletAsync());
        var held = await engine.FindAsync(id);
        Assert.Equal((OrderStatus.Held, 4), (held.Status, held.Lines.Sum(line => line.Units.Count(unit => unit.State == UnitState.Reserved))));
        Assert.False(await IsRaisedAsync(engine));
        await OrderBooks.AssertBalanceAsync(engine);
        engine.Time.Step(TimeSpan.FromMinutes(1));

        Assert.Null(await engine.Held.ReleaseAsync(id, Operator));

        var order = await engine.FindAsync(id);
        Assert.Equal((OrderStatus.Processing, 2, null), (order.Status, order.Version, order.CompletedAtMs));
        Assert.Equal([UnitState.Delivered, UnitState.Delivered, UnitState.Pending], order.Lines[0].Units.Select(unit => unit.State));
        var now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.All(order.Lines.SelectMany(line => line.Units).Where(unit => unit.State == UnitState.Pending), unit => Assert.Equal(now, unit.DueAtMs));
        Assert.Equal(new WalletBalance(Cny(80), Cny(20)), await engine.WalletAsync());
        Assert.True(await IsRaisedAsync(engine));
        Assert.Equal(RefusalCode.NotHeld, (await engine.Held.ReleaseAsync(id, Operator))?.Code);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HeldOrderCalledOff_CancelsWhatWaitsToo(bool ranOut)
    {
        await using var engine = await HeldAsync();
        var id = Accepted(await engine.PlaceAsync(Request("A-1", ("V", 3), ("T", 1)))).Draft.OrderId;

        if (ranOut)
        {
            engine.Time.Step(TimeSpan.FromMinutes(15));
            Assert.Equal(1, await engine.Held.CancelDueAsync(CancellationToken.None));
        }
        else
        {
            Assert.Null(await engine.Held.RejectAsync(id, Operator));
        }

        var order = await engine.FindAsync(id);
        Assert.Equal(OrderStatus.Cancelled, order.Status);
        Assert.All(order.Lines.SelectMany(line => line.Units), unit => Assert.Equal((UnitState.Cancelled, null), (unit.State, unit.DueAtMs)));
        Assert.Equal(new WalletBalance(Cny(100), Money.Zero), await engine.WalletAsync());
        Assert.Equal(2, await engine.CountAsync("card_keys", "state = 10"));
        Assert.False(await IsRaisedAsync(engine));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    private static async Task<bool> IsRaisedAsync(OrderEngine engine)
    {
        using var enough = new CancellationTokenSource();
        var waiting = engine.Work.WaitAsync(TimeSpan.FromHours(1), engine.Time, enough.Token);
        var isRaised = waiting.IsCompleted;
        await enough.CancelAsync();
        await waiting.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return isRaised;
    }

    private static async Task<OrderEngine> HeldAsync()
    {
        var engine = await WithAsync(Cny(100), ("V", SkuKind.CardKey, [Pool, Acme], 2), ("T", SkuKind.TopUp, [Acme], 0));
        await engine.ChangeStorefrontAsync(Shop, shop => shop with { HoldAbove = Cny(20) });
        return engine;
    }

    private static async Task<OrderEngine> WithAsync(Money deposit, params (string Code, SkuKind Kind, Route[] Routes, int Stock)[] skus)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });
        if (deposit > Money.Zero)
        {
            await engine.DepositAsync(Shop, deposit);
        }

        foreach (var (code, kind, routes, stock) in skus)
        {
            var sku = await engine.AddSkuAsync(code, sku => sku with { Kind = kind, Routes = routes });
            if (stock > 0)
            {
                await engine.AddBatchAsync(sku, stock);
            }
        }

        return engine;
    }
}
