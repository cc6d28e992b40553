using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.CardKeys.Life;

/// <summary>Codes whose last day is over, by the calendar of the business zone. The engine's clock stands at 16:00 in Shanghai.</summary>
public sealed class ExpireCardKeysTests
{
    private static readonly DateOnly Today = new(2026, 3, 1);

    [Fact]
    public async Task LastDay_EndsAtMidnightInTheBusinessZone()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var desk = new LifeDesk(engine);
        var sku = await engine.AddSkuAsync();
        var batch = await engine.AddBatchAsync(sku, 300, Today, Cny(6));
        var next = await engine.AddBatchAsync(sku, 5, Today.AddDays(1));
        Assert.Null(await desk.Keys.FreezeAsync(batch.Keys[0], "complaint", Operator));
        Assert.Null(await desk.Keys.VoidAsync(batch.Keys[1], "seen elsewhere", Operator));
        Assert.Contains(Accepted(await engine.PlaceAsync(Request("A-1"))).Claim.Needs[0].Keys.Single().Origin.CardKeyId, batch.Keys.Skip(2));

        engine.Time.Step(TimeSpan.FromHours(8) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, await desk.Expiry.RunAsync(CancellationToken.None));

        engine.Time.Step(TimeSpan.FromMilliseconds(1));
        Assert.Equal(298, await desk.Expiry.RunAsync(CancellationToken.None));
        Assert.Equal(0, await desk.Expiry.RunAsync(CancellationToken.None));
        Assert.Equal(new StockCounts(0, 0, 0, 1, 1, 298), await desk.RecountAsync(batch.Id));
        Assert.Equal(5, (await desk.RecountAsync(next.Id)).Available);
        Assert.Equal(299 * 60_000, await engine.Storage.ScalarAsync<long>("SELECT sum(amount) FROM transfers WHERE kind = @kind", new { kind = TransferKind.WriteOff }));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task ReservedCode_WaitsForItsOrder_AndExpiresWhenItComesBack()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync(holdAbove: 5);
        var desk = new LifeDesk(engine);
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(change: sku => sku with { HoldMinutes = 600 }), 2, Today);
        var order = Accepted(await engine.PlaceAsync(Request("A-1"))).Draft.OrderId;
        Assert.Equal(OrderStatus.Held, (await engine.FindAsync(order)).Status);

        engine.Time.Step(TimeSpan.FromHours(8));
        Assert.Equal(1, await desk.Expiry.RunAsync(CancellationToken.None));
        Assert.Equal(new StockCounts(0, 1, 0, 0, 0, 1), await desk.RecountAsync(batch.Id));

        Assert.Null(await engine.Held.RejectAsync(order, Operator));
        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-2"))));
        Assert.Equal(1, await desk.Expiry.RunAsync(CancellationToken.None));
        Assert.Equal(2, (await desk.RecountAsync(batch.Id)).Expired);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task FrozenAndWaitingBatches_ExpireLikeOthers_AndCodesWithoutADateNever()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var desk = new LifeDesk(engine);
        var sku = await engine.AddSkuAsync();
        var frozen = await engine.AddBatchAsync(sku, 3, Today);
        await engine.AddBatchAsync(sku, 3, Today, status: BatchStatus.AwaitingApproval);
        var forever = await engine.AddBatchAsync(await engine.AddSkuAsync("OTHER"), 3);
        await desk.Batches.FreezeAsync(frozen.Id, "look", Operator);

        engine.Time.Step(TimeSpan.FromDays(300));

        Assert.Equal(6, await desk.Expiry.RunAsync(CancellationToken.None));
        Assert.Equal(3, (await desk.RecountAsync(forever.Id)).Available);
    }
}
