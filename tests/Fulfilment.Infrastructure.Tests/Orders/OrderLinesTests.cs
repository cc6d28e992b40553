using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Which keys an order's lines get: all or nothing, a part where that is allowed, first expired first out, and none that is too old.</summary>
public sealed class OrderLinesTests
{
    [Fact]
    public async Task ShortLine_GivesTheKeysOfAllLinesBack()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        var (one, two) = (await engine.AddSkuAsync("ONE"), await engine.AddSkuAsync("TWO"));
        await engine.AddBatchAsync(one, 5);
        await engine.AddBatchAsync(two, 2);
        await engine.WarmPoolAsync(one);
        await engine.WarmPoolAsync(two);

        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-1", ("ONE", 5), ("TWO", 3)))));

        Assert.Equal(7, await engine.CountAsync("card_keys", "state = 10"));
        Assert.Equal(0, await engine.CountAsync("custody_entries"));
        Assert.Equal(0, await engine.CountAsync("orders"));
        Accepted(await engine.PlaceAsync(Request("A-1", ("ONE", 5), ("TWO", 2))));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task SameSkuTwice_GetsKeysForBothLines()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 5);

        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-1", ("VIP", 3), ("VIP", 3)))));
        var order = await engine.FindAsync(Accepted(await engine.PlaceAsync(Request("A-2", ("VIP", 3), ("VIP", 2)))).Draft.OrderId);

        Assert.Equal([3, 2], order.Lines.Select(line => line.Units.Count));
        Assert.Equal(batch.Keys, order.Lines.SelectMany(line => line.Units).Select(unit => unit.CardKeyId!.Value).Order());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task AllowPartial_DeliversAndChargesWhatThereIs()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync("ONE"), 2);
        await engine.AddSkuAsync("NONE");

        var request = Request("A-1", ("ONE", 3), ("NONE", 2)) with { AllowPartial = true };
        var accepted = Accepted(await engine.PlaceAsync(request));
        var order = await engine.FindAsync(accepted.Draft.OrderId);

        Assert.Equal(OrderStatus.PartiallyFulfilled, order.Status);
        Assert.Equal([OrderStatus.PartiallyFulfilled, OrderStatus.Failed], order.Lines.Select(line => line.Status));
        Assert.Equal([UnitState.Delivered, UnitState.Delivered, UnitState.Failed], order.Lines[0].Units.Select(unit => unit.State));
        Assert.All(order.Lines[1].Units, unit => Assert.Equal((UnitState.Failed, UnitFailure.OutOfStock, null), (unit.State, unit.Failure, unit.CardKeyId)));
        Assert.Equal(Cny(50), order.Amount);
        Assert.Equal(-Cny(20), (await engine.WalletAsync()).Balance);
        Assert.Equivalent(order, StoredOrder.From(accepted), strict: true);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task AllowPartial_IsRefused_WhenThereIsNothingAtAll()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        await engine.AddSkuAsync();

        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-1") with { AllowPartial = true })));
        Assert.Equal(0, await engine.CountAsync("orders"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeysOfSeveralBatches_GoFirstExpiredFirstOut(bool warm)
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        var never = await engine.AddBatchAsync(sku, 2, unitCost: Cny(3));
        var late = await engine.AddBatchAsync(sku, 2, new DateOnly(2027, 1, 31), Cny(4));
        var early = await engine.AddBatchAsync(sku, 2, new DateOnly(2026, 4, 1), Cny(5));
        if (warm)
        {
            await engine.WarmPoolAsync(sku);
        }

        var first = await engine.FindAsync(Accepted(await engine.PlaceAsync(Request("A-1", quantity: 3))).Draft.OrderId);
        var second = await engine.FindAsync(Accepted(await engine.PlaceAsync(Request("A-2", quantity: 3))).Draft.OrderId);

        Assert.Equal([.. early.Keys, late.Keys[0]], first.Lines[0].Units.Select(unit => unit.CardKeyId!.Value));
        Assert.Equal([late.Keys[1], .. never.Keys], second.Lines[0].Units.Select(unit => unit.CardKeyId!.Value));
        Assert.Equal(["2026-04-01", "2026-04-01", "2027-01-31"], first.Lines[0].Units.Select(unit => ExpiryDay.ToDate(unit.ExpiresOn!.Value)!.Value.ToString("O", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Null(ExpiryDay.ToDate(second.Lines[0].Units[2].ExpiresOn!.Value));

        // Two runs of batches in each order, so two transfers of cost in each.
        Assert.Equal(4, await engine.CountAsync("transfers", "kind = 2"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Key_IsSoldToTheEndOfItsLastDay_InTheBusinessZone(bool warm)
    {
        await using var engine = await StartAsync(At("2026-03-01T15:59:59.999Z"));
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        await engine.AddBatchAsync(sku, 2, new DateOnly(2026, 3, 1));
        if (warm)
        {
            await engine.WarmPoolAsync(sku);
        }

        Accepted(await engine.PlaceAsync(Request("A-1")));
        engine.Time.Step(TimeSpan.FromMilliseconds(1));

        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-2"))));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task MinRemainingDays_PassesOverKeysThatEndTooSoon()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync(change: sku => sku with { MinRemainingDays = 30 });
        await engine.AddBatchAsync(sku, 5, new DateOnly(2026, 3, 30));
        var justEnough = await engine.AddBatchAsync(sku, 1, new DateOnly(2026, 3, 31));
        await engine.WarmPoolAsync(sku);

        var order = await engine.FindAsync(Accepted(await engine.PlaceAsync(Request("A-1"))).Draft.OrderId);
        Assert.Equal(justEnough.Keys, order.Lines[0].Units.Select(unit => unit.CardKeyId!.Value));
        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-2"))));

        // The keys passed over are there again once the rule is eased.
        await engine.ChangeSkuAsync("VIP", sku => sku with { MinRemainingDays = 29 });
        Accepted(await engine.PlaceAsync(Request("A-3", quantity: 5)));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task FreeUnits_AreDeliveredWithoutATransfer()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(change: sku => sku with { Price = Money.Zero }), 1, unitCost: Money.Zero);

        Assert.Equal(OrderStatus.Fulfilled, Accepted(await engine.PlaceAsync(Request("A-1"))).Status);
        Assert.Equal(0, await engine.CountAsync("transfers"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    private static OrderEngineOptions At(string time) =>
        new() { Time = new ManualTimeProvider(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)) };
}
