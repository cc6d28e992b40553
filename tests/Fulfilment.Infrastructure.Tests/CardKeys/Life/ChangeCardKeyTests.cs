using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.CardKeys.Life;

/// <summary>Card keys that an operator takes out of sale one by one.</summary>
public sealed class ChangeCardKeyTests
{
    [Fact]
    public async Task FrozenKey_IsNotSold_AndComesBackToItsPlace()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var desk = new LifeDesk(engine);
        var sku = await engine.AddSkuAsync();
        var batch = await engine.AddBatchAsync(sku, 5);
        await engine.WarmPoolAsync(sku);

        Assert.Null(await desk.Keys.FreezeAsync(batch.Keys[0], "complaint", Operator));
        Assert.Equal(batch.Keys[1], await SellAsync(engine, "A-1"));
        Assert.Null(await desk.Keys.UnfreezeAsync(batch.Keys[0], "a mistake", Operator));
        Assert.Equal(batch.Keys[0], await SellAsync(engine, "A-2"));

        Assert.Equal(2, await engine.CountAsync("audit_entries", "action LIKE 'card_key.%' AND subject LIKE 'cardKey:crd_%'"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task TwoOperatorsAtOnce_OneActs_TheOtherIsToldTheState()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var desk = new LifeDesk(engine);
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 40, unitCost: Cny(6));

        var answers = await AtOnceAsync(80, async i => i % 2 == 0
            ? await desk.Keys.FreezeAsync(batch.Keys[i / 2], "one", Operator)
            : await desk.Keys.VoidAsync(batch.Keys[i / 2], "two", Operator));

        for (var i = 0; i < 40; i++)
        {
            // A frozen key can still be voided; a voided one cannot be frozen.
            Assert.Null(answers[(2 * i) + 1]);
            Assert.True(answers[2 * i] is null or { Code: RefusalCode.StateConflict, Detail: "The card key is voided." }, answers[2 * i]?.Detail);
        }

        var frozen = Enumerable.Range(0, 40).Count(i => answers[2 * i] is null);
        Assert.Equal(new StockCounts(0, 0, 0, 0, 40, 0), await desk.RecountAsync(batch.Id));
        Assert.Equal(40 + frozen, await engine.CountAsync("custody_entries"));
        Assert.Equal(40 + frozen, await engine.CountAsync("audit_entries", "action LIKE 'card_key.%'"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task OneKey_FrozenByMany_IsFrozenOnce()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var desk = new LifeDesk(engine);
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 1);

        var answers = await AtOnceAsync(8, async _ => await desk.Keys.FreezeAsync(batch.Keys[0], "complaint", Operator));

        Assert.Equal(7, answers.Count(answer => answer?.Code == RefusalCode.StateConflict));
        Assert.Equal(1, await engine.CountAsync("custody_entries"));
    }

    [Fact]
    public async Task KeyInAnotherState_IsLeftAsItIs()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var desk = new LifeDesk(engine);
        var sku = await engine.AddSkuAsync();
        var batch = await engine.AddBatchAsync(sku, 3);
        var recalled = await engine.AddBatchAsync(sku, 1);
        await SellAsync(engine, "A-1");
        Assert.Null(await desk.Keys.VoidAsync(batch.Keys[1], "seen elsewhere", Operator));
        await desk.Batches.RecallAsync(recalled.Id, "stolen", Operator);

        Assert.Equal("The card key is delivered.", (await desk.Keys.VoidAsync(batch.Keys[0], "x", Operator))?.Detail);
        Assert.Equal("The card key is voided.", (await desk.Keys.UnfreezeAsync(batch.Keys[1], "x", Operator))?.Detail);
        Assert.Equal("The card key is available.", (await desk.Keys.UnfreezeAsync(batch.Keys[2], "x", Operator))?.Detail);
        Assert.Equal(RefusalCode.BatchNotSellable, (await desk.Keys.FreezeAsync(recalled.Keys[0], "x", Operator))?.Code);
        Assert.Equal(RefusalCode.NotFound, (await desk.Keys.FreezeAsync(4711, "x", Operator))?.Code);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    private static async Task<long> SellAsync(OrderEngine engine, string reference) =>
        Accepted(await engine.PlaceAsync(Request(reference))).Claim.Needs[0].Keys.Single().Origin.CardKeyId;
}
