using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Promise 1: a code is delivered to at most one order unit, ever.</summary>
public sealed class DeliveredOnceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LastCode_GoesToOneOrder_OfManyAtOnce(bool warm)
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        await engine.AddBatchAsync(sku, 1);
        if (warm)
        {
            await engine.WarmPoolAsync(sku);
        }

        var outcomes = await AtOnceAsync(64, i => engine.PlaceAsync(Request($"A-{i}")));

        var winner = Accepted(Assert.Single(outcomes, outcome => outcome is IntakeOutcome.Accepted));
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(Core.RefusalCode.OutOfStock, refused.Refusal.Code));
        Assert.Equal(63, outcomes.OfType<IntakeOutcome.Refused>().Count());
        Assert.Equal(1, await engine.CountAsync("orders"));
        Assert.Equal(OrderStatus.Fulfilled, (await engine.FindAsync(winner.Draft.OrderId)).Status);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    public static TheoryData<string> StaleCandidates => ["delivered", "frozen", "voided", "expired", "recalled", "awaitingApproval", "otherSku", "unknown"];

    [Theory]
    [MemberData(nameof(StaleCandidates))]
    public async Task StaleCandidate_IsNeverSold_AndTheTableFillsItsPlace(string kind)
    {
        var pool = new StalePool();
        await using var engine = await StartAsync(new OrderEngineOptions { Pool = pool });
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        var other = await engine.AddSkuAsync("OTHER");
        var stale = await StaleKeysAsync(engine, kind, sku, other);
        var good = await engine.AddBatchAsync(sku, 3, DateOnly.FromDayNumber(engine.Calendar.Today + 300));
        pool.Candidates = stale;

        var filled = Accepted(await engine.PlaceAsync(Request("A-1", quantity: 3)));
        var refused = Refused(await engine.PlaceAsync(Request("A-2", quantity: 1)));

        Assert.Equal(good.Keys, KeysOf(await engine.FindAsync(filled.Draft.OrderId)));
        Assert.Equal(Core.RefusalCode.OutOfStock, refused);
        Assert.Equal(kind is "delivered" ? 1 : 0, await engine.CountAsync("units", "card_key_id IN @stale", new { stale }));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task SameCandidate_GivenToTwoDrafts_IsSoldToOne()
    {
        var pool = new StalePool();
        await using var engine = await StartAsync(new OrderEngineOptions { Pool = pool });
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        var batch = await engine.AddBatchAsync(sku, 2);
        pool.Candidates = [batch.Keys[0], batch.Keys[0]];

        var outcomes = await engine.PlaceGroupAsync(Request("A-1"), Request("A-2", quantity: 2), Request("A-3"));

        Assert.Equal(batch.Keys[0], Assert.Single(KeysOf(await engine.FindAsync(Accepted(outcomes[0]).Draft.OrderId))));
        Assert.Equal(Core.RefusalCode.OutOfStock, Refused(outcomes[1]));
        Assert.Equal(batch.Keys[1], Assert.Single(KeysOf(await engine.FindAsync(Accepted(outcomes[2]).Draft.OrderId))));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task EmptyPool_SaysNothingAboutStock()
    {
        await using var engine = await StartAsync(new OrderEngineOptions { Pool = new StalePool() });
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 600);

        Assert.Equal(600, KeysOf(await engine.FindAsync(Accepted(await engine.PlaceAsync(Request("A-1", quantity: 600))).Draft.OrderId)).Count());
        Assert.Equal(Core.RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-2"))));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task KeysThatLeaveTheStockBehindThePool_AreNotSold()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        var batch = await engine.AddBatchAsync(sku, 6);
        await engine.WarmPoolAsync(sku);
        await batch.MoveAsync(engine, batch.Keys[0], CardKeyState.Frozen);
        await batch.MoveAsync(engine, batch.Keys[2], CardKeyState.Voided);

        var order = Accepted(await engine.PlaceAsync(Request("A-1", quantity: 4)));

        Assert.Equal([batch.Keys[1], batch.Keys[3], batch.Keys[4], batch.Keys[5]], KeysOf(await engine.FindAsync(order.Draft.OrderId)).Order());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    private static async Task<IReadOnlyList<long>> StaleKeysAsync(OrderEngine engine, string kind, Sku sku, Sku other)
    {
        var (today, soon) = (engine.Calendar.Today, DateOnly.FromDayNumber(engine.Calendar.Today + 1));
        switch (kind)
        {
            case "recalled":
                return (await engine.AddBatchAsync(sku, 2, soon, status: BatchStatus.Recalled)).Keys;
            case "awaitingApproval":
                return (await engine.AddBatchAsync(sku, 2, soon, status: BatchStatus.AwaitingApproval)).Keys;
            case "otherSku":
                return (await engine.AddBatchAsync(other, 2, soon)).Keys;
            case "unknown":
                return [engine.Ids.Next(), engine.Ids.Next()];
            case "expired":
                return (await engine.AddBatchAsync(sku, 2, DateOnly.FromDayNumber(today - 1))).Keys;
            case "delivered":
                var sold = await engine.AddBatchAsync(sku, 1, soon);
                Accepted(await engine.PlaceAsync(Request("before")));
                return sold.Keys;
            default:
                var batch = await engine.AddBatchAsync(sku, 1, soon);
                await batch.MoveAsync(engine, batch.Keys[0], Enum.Parse<CardKeyState>(kind, ignoreCase: true));
                return batch.Keys;
        }
    }

    private static IEnumerable<long> KeysOf(StoredOrder order) => order.Lines.SelectMany(line => line.Units).Select(unit => unit.CardKeyId!.Value);

    // Gives what it is told to, whatever has become of it, and then nothing.
    private sealed class StalePool : ICardKeyPool
    {
        public IReadOnlyList<long> Candidates { get; set; } = [];

        public ValueTask TakeAsync(IReadOnlyList<KeyNeed> needs, CancellationToken cancellation)
        {
            foreach (var need in needs)
            {
                need.Candidates.AddRange(Candidates.Take(need.Count));
            }

            return ValueTask.CompletedTask;
        }

        public void Return(long skuId, IReadOnlyCollection<long> ids)
        {
        }

        public void ReportTaken(long skuId, IReadOnlyCollection<long> ids)
        {
        }

        public void ReportDrift(long skuId, int count)
        {
        }

        public void Reset(long skuId)
        {
        }

        public void Finish(IReadOnlyList<KeyNeed> needs)
        {
        }
    }
}
