using Fulfilment.Core.CardKeys;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Orders that arrive before the pool has read anything, as after a start.</summary>
public sealed class ColdPoolTests
{
    /// <summary>
    /// They are served from the table while the window is being read. The window then began with keys that were sold meanwhile; each order that
    /// lost one took the next from the table, which the window gave to the order after it, and so on for as long as orders came.
    /// </summary>
    [Fact]
    public async Task OrdersServedFromTheTable_CostNoLaterOrderItsCandidate()
    {
        var pool = new CountingPool();
        await using var engine = await StartAsync(new OrderEngineOptions { Pool = pool });
        pool.Inner = engine.Window;
        await engine.AddStorefrontAsync();
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 3_000);

        var outcomes = await AtOnceAsync(40, worker => PlaceManyAsync(engine, worker));

        Assert.Equal(40 * 25, outcomes.Sum());
        Assert.Equal(0, pool.Lost);
        Assert.True(pool.Given > 0, "Every order was served from the table, so this proves nothing.");
        Assert.Equal(batch.Keys[1000], (await TakeOneAsync(engine)).Single());
    }

    private static async ValueTask<int> PlaceManyAsync(OrderEngine engine, int worker)
    {
        for (var i = 0; i < 25; i++)
        {
            Accepted(await engine.PlaceAsync(Request($"{worker}-{i}")));
        }

        return 25;
    }

    private static async Task<List<long>> TakeOneAsync(OrderEngine engine)
    {
        var need = new KeyNeed(engine.Catalogue.FindSku("VIP")!.Id, engine.Calendar.Today, 1);
        await engine.Window.TakeAsync([need], TestContext.Current.CancellationToken);
        return need.Candidates;
    }

    private sealed class CountingPool : ICardKeyPool
    {
        public ICardKeyPool Inner { get; set; } = null!;

        public int Given { get; private set; }

        public int Lost { get; private set; }

        public async ValueTask TakeAsync(IReadOnlyList<KeyNeed> needs, CancellationToken cancellation)
        {
            await Inner.TakeAsync(needs, cancellation);
            Given += needs.Sum(need => need.Candidates.Count);
        }

        public void Return(long skuId, IReadOnlyCollection<long> ids) => Inner.Return(skuId, ids);

        public void ReportTaken(long skuId, IReadOnlyCollection<long> ids) => Inner.ReportTaken(skuId, ids);

        public void ReportDrift(long skuId, int count)
        {
            Lost += count;
            Inner.ReportDrift(skuId, count);
        }

        public void Reset(long skuId) => Inner.Reset(skuId);

        public void Finish(IReadOnlyList<KeyNeed> needs) => Inner.Finish(needs);
    }
}
