using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.CardKeys.Life;

/// <summary>Batches taken out of sale: at once and back, or for good.</summary>
public sealed class WithdrawBatchTests
{
    [Fact]
    public async Task FreezeAndUnfreeze_LeaveKeysCustodyAndOrderOfSaleAsTheyWere()
    {
        await using var engine = await WithShopAsync();
        var desk = new LifeDesk(engine);
        var sku = await engine.AddSkuAsync();
        var first = await engine.AddBatchAsync(sku, 30);
        var second = await engine.AddBatchAsync(sku, 10);
        Accepted(await engine.PlaceAsync(Request("A-1", quantity: 3)));
        Assert.Null(await desk.Keys.FreezeAsync(first.Keys[5], "one by one", Operator));
        var before = await LifeDesk.ImageAsync(engine);

        var frozen = (await desk.Batches.FreezeAsync(first.Id, "mis-click", Operator)).Value;
        Assert.True(frozen is { Frozen: true, Sells: false });
        Assert.Equal(frozen, (await desk.Batches.FreezeAsync(first.Id, "again", Operator)).Value);
        Assert.False((await desk.Batches.UnfreezeAsync(first.Id, "sorry", Operator)).Value.Frozen);

        Assert.Equal(before, await LifeDesk.ImageAsync(engine));
        Assert.Equal(1, await engine.CountAsync("audit_entries", "action = 'batch.frozen'"));
        Assert.Equal(1, await engine.CountAsync("audit_entries", "action = 'batch.unfrozen' AND after LIKE '%sorry%'"));
        var sold = Accepted(await engine.PlaceAsync(Request("A-2", quantity: 36))).Claim.Needs[0].Keys.Select(key => key.Origin.CardKeyId);
        Assert.Equal([first.Keys[3], first.Keys[4], .. first.Keys.Skip(6), .. second.Keys], sold);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FrozenBatch_SellsNothing_FromTheWindowOrTheTable(bool warm)
    {
        await using var engine = await WithShopAsync();
        var desk = new LifeDesk(engine);
        var sku = await engine.AddSkuAsync();
        var first = await engine.AddBatchAsync(sku, 20);
        var second = await engine.AddBatchAsync(sku, 5);
        if (warm)
        {
            await engine.WarmPoolAsync(sku);
        }

        await desk.Batches.FreezeAsync(first.Id, "bad codes", Operator);

        var sold = Accepted(await engine.PlaceAsync(Request("A-1", quantity: 5))).Claim.Needs[0].Keys;
        Assert.Equal(second.Keys, sold.Select(key => key.Origin.CardKeyId));
        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-2"))));
        await desk.Batches.UnfreezeAsync(first.Id, "they are fine", Operator);
        Assert.Equal(first.Keys[0], Accepted(await engine.PlaceAsync(Request("A-3"))).Claim.Needs[0].Keys.Single().Origin.CardKeyId);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task Recall_VoidsWhatIsUnsold_AndWritesItOff()
    {
        await using var engine = await WithShopAsync();
        var desk = new LifeDesk(engine);
        var sku = await engine.AddSkuAsync();
        var batch = await engine.AddBatchAsync(sku, 1_000, unitCost: Cny(6));
        var other = await engine.AddBatchAsync(sku, 3);
        Accepted(await engine.PlaceAsync(Request("A-1", quantity: 7)));
        await desk.Keys.FreezeAsync(batch.Keys[20], "complaint", Operator);

        Assert.Equal(BatchStatus.Recalled, (await desk.Batches.RecallAsync(batch.Id, "stolen", Operator)).Value.Status);
        Assert.Equal(other.Keys[0], Accepted(await engine.PlaceAsync(Request("A-2"))).Claim.Needs[0].Keys.Single().Origin.CardKeyId);
        Assert.Equal(993, await desk.Withdrawn.RunAsync(CancellationToken.None));
        Assert.Equal(0, await desk.Withdrawn.RunAsync(CancellationToken.None));

        Assert.Equal(new StockCounts(0, 0, 0, 7, 993, 0), await desk.RecountAsync(batch.Id));
        Assert.Equal(0, (await desk.RecountAsync(other.Id)).Voided);
        var pieces = await engine.CountAsync("transfers", "kind = @kind", new { kind = TransferKind.WriteOff });
        Assert.Equal((993 + 199) / 200, pieces);
        Assert.Equal(993 * 60_000, await engine.Storage.ScalarAsync<long>("SELECT sum(amount) FROM transfers WHERE kind = @kind", new { kind = TransferKind.WriteOff }));
        Assert.Equal(RefusalCode.StateConflict, (await desk.Batches.UnfreezeAsync(batch.Id, "please", Operator)).Refusal?.Code);
        Assert.Equal(RefusalCode.StateConflict, (await desk.Batches.FreezeAsync(batch.Id, "please", Operator)).Refusal?.Code);
        Assert.Equal(BatchStatus.Recalled, (await desk.Batches.RecallAsync(batch.Id, "again", Operator)).Value.Status);
        Assert.Equal(1, await engine.CountAsync("audit_entries", "action = 'batch.recalled'"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task ConsignedBatch_IsRecalledWithoutAWriteOff()
    {
        await using var engine = await WithShopAsync();
        var desk = new LifeDesk(engine);
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 300, unitCost: Cny(6), terms: BatchTerms.Consigned);

        await desk.Batches.RecallAsync(batch.Id, "supplier asked", Operator);
        Assert.Equal(300, await desk.Withdrawn.RunAsync(CancellationToken.None));

        Assert.Equal(0, await engine.CountAsync("transfers"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HeldOrder_WithACodeOfAWithdrawnBatch_CanOnlyBeCalledOff(bool recall)
    {
        await using var engine = await WithShopAsync(holdAbove: 50);
        var desk = new LifeDesk(engine);
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 10, unitCost: Cny(6));
        var order = Accepted(await engine.PlaceAsync(Request("A-1", quantity: 6))).Draft.OrderId;

        _ = recall ? await desk.Batches.RecallAsync(batch.Id, "stolen", Operator) : await desk.Batches.FreezeAsync(batch.Id, "look", Operator);
        Assert.Equal(recall ? 4 : 0, await desk.Withdrawn.RunAsync(CancellationToken.None));
        Assert.Equal(RefusalCode.BatchNotSellable, (await engine.Held.ReleaseAsync(order, Operator))?.Code);
        Assert.Equal(OrderStatus.Held, (await engine.FindAsync(order)).Status);
        Assert.Equal(0, await engine.CountAsync("audit_entries", "action = 'order.released'"));
        await OrderBooks.AssertBalanceAsync(engine);

        Assert.Null(await engine.Held.RejectAsync(order, Operator));
        Assert.Equal(recall ? new StockCounts(0, 0, 0, 0, 10, 0) : new StockCounts(10, 0, 0, 0, 0, 0), await desk.RecountAsync(batch.Id));
        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-2"))));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task RestoredBatch_IsNeitherFrozenNorUnfrozen_ButCanBeRecalled()
    {
        await using var engine = await WithShopAsync();
        var desk = new LifeDesk(engine);
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 3);
        await engine.Storage.ExecuteAsync("UPDATE batches SET frozen = 1, restored_at = 1 WHERE id = @Id", new { batch.Id });

        Assert.Equal(RefusalCode.BatchRestored, (await desk.Batches.UnfreezeAsync(batch.Id, "please", Operator)).Refusal?.Code);
        Assert.Equal(RefusalCode.BatchRestored, (await desk.Batches.FreezeAsync(batch.Id, "please", Operator)).Refusal?.Code);
        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-1"))));
        Assert.Null((await desk.Batches.RecallAsync(batch.Id, "stolen", Operator)).Refusal);
        Assert.Equal(3, await desk.Withdrawn.RunAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    public async Task Reason_IsRequired(string? reason)
    {
        await using var engine = await WithShopAsync();
        var desk = new LifeDesk(engine);
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 1);

        Assert.Equal("/reason", (await desk.Batches.RecallAsync(batch.Id, reason, Operator)).Refusal?.Param);
        Assert.Equal("/reason", (await desk.Keys.VoidAsync(batch.Keys[0], reason, Operator))?.Param);
        Assert.Equal(1, (await desk.RecountAsync(batch.Id)).Available);
    }

    internal static async Task<OrderEngine> WithShopAsync(int? holdAbove = null)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { HoldAbove = holdAbove is { } amount ? Cny(amount) : null });
        return engine;
    }
}
