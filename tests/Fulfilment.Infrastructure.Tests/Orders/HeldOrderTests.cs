using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Orders that wait for an operator: codes and money are kept back, and given or freed once.</summary>
public sealed class HeldOrderTests
{
    [Fact]
    public async Task OrderAboveTheLimit_KeepsCodesAndMoneyBack()
    {
        await using var engine = await WithStockAsync();

        var accepted = Accepted(await engine.PlaceAsync(Request("A-1", quantity: 6)));
        var order = await engine.FindAsync(accepted.Draft.OrderId);

        Assert.Equal(OrderStatus.Held, order.Status);
        Assert.Null(order.CompletedAtMs);
        Assert.All(order.Lines[0].Units, unit => Assert.Equal((UnitState.Reserved, null), (unit.State, unit.DeliveredAtMs)));
        Assert.All(order.Lines[0].Units, unit => Assert.Equal(engine.Time.GetUtcNow().AddMinutes(15).ToUnixTimeMilliseconds(), unit.DueAtMs));
        Assert.Equal(new WalletBalance(Cny(100), Cny(60)), await engine.WalletAsync());
        Assert.Equal(0, await engine.CountAsync("transfers", "order_id IS NOT NULL"));
        Assert.Equal(6, await engine.CountAsync("card_keys", "state = 11"));
        Assert.Empty((await engine.Reveal.CodesAsync(order.StorefrontId, order.Id, Operator, CancellationToken.None)).Value);
        Assert.Equivalent(order, StoredOrder.From(accepted), strict: true);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task OrderOfExactlyTheLimit_IsNotHeld()
    {
        await using var engine = await WithStockAsync();

        Assert.Equal(OrderStatus.Fulfilled, Accepted(await engine.PlaceAsync(Request("A-1", quantity: 5))).Status);
    }

    [Fact]
    public async Task Release_DeliversAndChargesOnce()
    {
        await using var engine = await WithStockAsync();
        var id = await HoldAsync(engine, "A-1", 6);
        engine.Time.Step(TimeSpan.FromMinutes(3));

        Assert.Null(await engine.Held.ReleaseAsync(id, Operator));
        Assert.Equal(RefusalCode.NotHeld, (await engine.Held.ReleaseAsync(id, Operator))?.Code);
        Assert.Equal(RefusalCode.NotHeld, (await engine.Held.RejectAsync(id, Operator))?.Code);

        var order = await engine.FindAsync(id);
        Assert.Equal((OrderStatus.Fulfilled, 2), (order.Status, order.Version));
        Assert.Equal(engine.Time.GetUtcNow().ToUnixTimeMilliseconds(), order.CompletedAtMs);
        Assert.All(order.Lines[0].Units, unit => Assert.Equal((UnitState.Delivered, null), (unit.State, unit.DueAtMs)));
        Assert.Equal(new WalletBalance(Cny(40), Money.Zero), await engine.WalletAsync());
        Assert.Equal(6, (await engine.Reveal.CodesAsync(order.StorefrontId, id, Operator, CancellationToken.None)).Value.Count);
        Assert.Equal(1, await engine.CountAsync("transfers", "order_id = @id AND kind = 1", new { id }));
        Assert.Equal(1, await engine.CountAsync("audit_entries", "action = 'order.released'"));
        Assert.Equal(new IntakeOutcome.Stored(id, IsOurs: false), await engine.PlaceAsync(Request("A-1", quantity: 6)));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    public static TheoryData<string> Ends => ["rejected", "cancelled", "ran out"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task CallingOff_GivesCodesAndMoneyBackOnce(string how)
    {
        await using var engine = await WithStockAsync();
        var id = await HoldAsync(engine, "A-1", 10);
        var storefront = engine.Catalogue.FindStorefront(Shop)!.Id;

        Assert.Equal(RefusalCode.InsufficientBalance, Refused(await engine.PlaceAsync(Request("A-2"))));
        switch (how)
        {
            case "rejected":
                Assert.Null(await engine.Held.RejectAsync(id, Operator));
                break;
            case "cancelled":
                Assert.Null(await engine.Held.CancelAsync(storefront, id));
                break;
            default:
                engine.Time.Step(TimeSpan.FromMinutes(15) - TimeSpan.FromMilliseconds(1));
                Assert.Equal(0, await engine.Held.CancelDueAsync(CancellationToken.None));
                engine.Time.Step(TimeSpan.FromMilliseconds(1));
                Assert.Equal(1, await engine.Held.CancelDueAsync(CancellationToken.None));
                break;
        }

        Assert.Equal(RefusalCode.NotCancellable, (await engine.Held.CancelAsync(storefront, id))?.Code);
        Assert.Equal(RefusalCode.NotHeld, (await engine.Held.ReleaseAsync(id, Operator))?.Code);
        Assert.Equal(0, await engine.Held.CancelDueAsync(CancellationToken.None));

        var order = await engine.FindAsync(id);
        Assert.Equal((OrderStatus.Cancelled, 2), (order.Status, order.Version));
        Assert.All(order.Lines, line => Assert.Equal(OrderStatus.Cancelled, line.Status));
        Assert.All(order.Lines[0].Units, unit => Assert.Equal((UnitState.Cancelled, null, null), (unit.State, unit.CardKeyId, unit.DueAtMs)));
        Assert.Equal(new WalletBalance(Cny(100), Money.Zero), await engine.WalletAsync());
        Assert.Equal(0, await engine.CountAsync("transfers", "order_id IS NOT NULL"));
        await OrderBooks.AssertBalanceAsync(engine);

        // The same codes go to the next ones.
        Assert.Equal(OrderStatus.Fulfilled, Accepted(await engine.PlaceAsync(Request("A-3", quantity: 5))).Status);
        Assert.Equal(OrderStatus.Fulfilled, Accepted(await engine.PlaceAsync(Request("A-4", quantity: 5))).Status);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task HeldMoney_CountsAgainstTheCreditLimit()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { CreditLimit = Cny(100), HoldAbove = Cny(50) });
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 30);
        await HoldAsync(engine, "A-1", 6);

        Assert.Equal(RefusalCode.InsufficientBalance, Refused(await engine.PlaceAsync(Request("A-2", quantity: 5))));
        Accepted(await engine.PlaceAsync(Request("A-3", quantity: 4)));
        Assert.Equal(RefusalCode.InsufficientBalance, Refused(await engine.PlaceAsync(Request("A-4"))));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task ReleaseAndCancel_AtOnce_OneWins()
    {
        await using var engine = await WithStockAsync(deposit: 10_000, stock: 200);
        var storefront = engine.Catalogue.FindStorefront(Shop)!.Id;
        var held = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            held.Add(await HoldAsync(engine, $"A-{i}", 6));
        }

        engine.Time.Step(TimeSpan.FromHours(1));
        var answers = await AtOnceAsync(80, async i => (i / 20) switch
        {
            0 => (await engine.Held.ReleaseAsync(held[i % 20], Operator))?.Code,
            1 => (await engine.Held.CancelAsync(storefront, held[i % 20]))?.Code,
            2 => (await engine.Held.RejectAsync(held[i % 20], Operator))?.Code,
            _ => await engine.Held.CancelDueAsync(CancellationToken.None) >= 0 ? null : RefusalCode.Internal,
        });

        for (var i = 0; i < 20; i++)
        {
            Assert.Contains(answers[i], (RefusalCode?[])[null, RefusalCode.NotHeld]);
            Assert.Contains(answers[20 + i], (RefusalCode?[])[null, RefusalCode.NotCancellable]);
            Assert.Contains(answers[40 + i], (RefusalCode?[])[null, RefusalCode.NotHeld]);
            Assert.InRange(new[] { answers[i], answers[20 + i], answers[40 + i] }.Count(answer => answer is null), 0, 1);
            Assert.Equal(answers[i] is null ? OrderStatus.Fulfilled : OrderStatus.Cancelled, (await engine.FindAsync(held[i])).Status);
        }

        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task PartOfAHeldOrder_IsReleasedAsAPart()
    {
        await using var engine = await WithStockAsync(stock: 4);
        var id = Accepted(await engine.PlaceAsync(Request("A-1", quantity: 6) with { AllowPartial = true })).Draft.OrderId;
        Assert.Equal(OrderStatus.Held, (await engine.FindAsync(id)).Status);
        Assert.Equal(new WalletBalance(Cny(100), Cny(40)), await engine.WalletAsync());

        Assert.Null(await engine.Held.ReleaseAsync(id, Operator));

        Assert.Equal(OrderStatus.PartiallyFulfilled, (await engine.FindAsync(id)).Status);
        Assert.Equal(new WalletBalance(Cny(60), Money.Zero), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task HeldOrderOfAnotherStorefront_IsNotThereToCancel()
    {
        await using var engine = await WithStockAsync();
        var other = await engine.AddStorefrontAsync("shop-2");
        var id = await HoldAsync(engine, "A-1", 6);

        Assert.Equal(RefusalCode.NotFound, (await engine.Held.CancelAsync(other.Id, id))?.Code);
        Assert.Equal(OrderStatus.Held, (await engine.FindAsync(id)).Status);
    }

    // The paid line was out of stock, so nothing was held back, and a storefront that never paid has no wallet.
    [Fact]
    public async Task HeldOrder_ThatKeepsNoMoneyBack_CanBeSettled()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { HoldAbove = Cny(50) });
        await engine.AddSkuAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync("FREE", sku => sku with { Price = Money.Zero }), 4);
        var request = Request("A-1", ("VIP", 6), ("FREE", 2)) with { AllowPartial = true };
        var released = Accepted(await engine.PlaceAsync(request)).Draft.OrderId;
        var ranOut = Accepted(await engine.PlaceAsync(request with { ClientReference = "A-2" })).Draft.OrderId;

        Assert.Null(await engine.Held.ReleaseAsync(released, Operator));
        engine.Time.Step(TimeSpan.FromHours(1));
        Assert.Equal(1, await engine.Held.CancelDueAsync(CancellationToken.None));

        Assert.Equal(OrderStatus.PartiallyFulfilled, (await engine.FindAsync(released)).Status);
        Assert.Equal(OrderStatus.Cancelled, (await engine.FindAsync(ranOut)).Status);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task HeldOrder_ThatCannotBeSettled_DoesNotKeepOthersWaiting()
    {
        await using var engine = await WithStockAsync(deposit: 1_000);
        var broken = await HoldAsync(engine, "A-1", 6);
        engine.Time.Step(TimeSpan.FromSeconds(1));
        var fine = await HoldAsync(engine, "A-2", 6);
        await engine.Storage.ExecuteAsync("DELETE FROM holds WHERE order_id = @broken", new { broken });
        engine.Time.Step(TimeSpan.FromHours(1));

        await Assert.ThrowsAnyAsync<Exception>(() => engine.Held.CancelDueAsync(CancellationToken.None));

        Assert.Equal(OrderStatus.Cancelled, (await engine.FindAsync(fine)).Status);
        Assert.Equal(OrderStatus.Held, (await engine.FindAsync(broken)).Status);
    }

    // An order is read by three queries; without one snapshot for them a reader saw a held order with delivered units.
    [Fact]
    public async Task Reader_SeesAnOrderAsOfOneMoment()
    {
        await using var engine = await WithStockAsync(deposit: 10_000, stock: 300);
        var held = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            held.Add(await HoldAsync(engine, $"A-{i}", 6));
        }

        var torn = 0;
        using var released = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!released.IsCancellationRequested)
            {
                foreach (var id in held)
                {
                    var order = await engine.FindAsync(id);
                    var reserved = order.Lines.SelectMany(line => line.Units).Count(unit => unit.State is UnitState.Reserved);
                    torn += reserved == (order.Status is OrderStatus.Held ? 6 : 0) ? 0 : 1;
                }
            }
        })).ToArray();
        foreach (var id in held)
        {
            Assert.Null(await engine.Held.ReleaseAsync(id, Operator));
        }

        await released.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(0, torn);
    }

    private static async Task<long> HoldAsync(OrderEngine engine, string reference, int quantity)
    {
        var order = Accepted(await engine.PlaceAsync(Request(reference, quantity: quantity)));
        Assert.Equal(OrderStatus.Held, order.Status);
        return order.Draft.OrderId;
    }

    // A prepaid storefront whose orders above 50.00 are held.
    private static async Task<OrderEngine> WithStockAsync(int deposit = 100, int stock = 30)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid, HoldAbove = Cny(50) });
        await engine.DepositAsync(Shop, Cny(deposit));
        await engine.AddBatchAsync(await engine.AddSkuAsync(), stock);
        return engine;
    }
}
