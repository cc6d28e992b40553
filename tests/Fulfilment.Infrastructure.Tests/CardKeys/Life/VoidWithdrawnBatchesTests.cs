using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests.Orders;
using Fulfilment.Infrastructure.Tests.Storage;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.CardKeys.Life;

/// <summary>A recall's long work: in pieces, broken off, gone on with, and never of another batch.</summary>
public sealed class VoidWithdrawnBatchesTests
{
    [Fact]
    public async Task Recall_ThatBrokeOff_IsFinishedByWhoLooksNext()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 5_000, unitCost: Cny(6));
        var breaking = new LifeDesk(engine, store => new BreakingStore(store, piecesBefore: 7));
        await breaking.Batches.RecallAsync(batch.Id, "stolen", Operator);
        await Assert.ThrowsAsync<IOException>(() => breaking.Withdrawn.RunAsync(CancellationToken.None));

        var left = await engine.CountAsync("card_keys", "state = 10");
        Assert.InRange(left, 1, 4_999);
        await OrderBooks.AssertBalanceAsync(engine);

        var desk = new LifeDesk(engine);
        Assert.Equal(left, await desk.Withdrawn.RunAsync(CancellationToken.None));
        Assert.Equal(new StockCounts(0, 0, 0, 0, 5_000, 0), await desk.RecountAsync(batch.Id));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task RejectedBatch_IsVoidedToo_AndOneThatWaitsIsNot()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var desk = new LifeDesk(engine);
        var sku = await engine.AddSkuAsync();
        var rejected = await engine.AddBatchAsync(sku, 30, status: BatchStatus.Failed);
        var waiting = await engine.AddBatchAsync(sku, 30, status: BatchStatus.AwaitingApproval);

        Assert.Equal(30, await desk.Withdrawn.RunAsync(CancellationToken.None));

        Assert.Equal(30, (await desk.RecountAsync(rejected.Id)).Voided);
        Assert.Equal(30, (await desk.RecountAsync(waiting.Id)).Available);
    }

    [Fact]
    public async Task TwoAtOnce_VoidEachKeyOnce()
    {
        await using var engine = await WithdrawBatchTests.WithShopAsync();
        var desk = new LifeDesk(engine);
        var batch = await engine.AddBatchAsync(await engine.AddSkuAsync(), 3_000, unitCost: Cny(6));
        await desk.Batches.RecallAsync(batch.Id, "stolen", Operator);

        var voided = await AtOnceAsync(4, async _ => await desk.Withdrawn.RunAsync(CancellationToken.None));

        Assert.Equal(3_000, voided.Sum());
        Assert.Equal(3_000, await engine.CountAsync("custody_entries", "state = 14"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task DueWork_IsFoundByIndexes()
    {
        using var database = await TestDatabase.CreateAsync();

        Assert.Contains("USING INDEX batches_withdrawn", await database.PlanAsync(BatchLifeStore.Withdrawn), StringComparison.Ordinal);
        Assert.Contains("USING INTEGER PRIMARY KEY (rowid>?)", await database.PlanAsync(BatchLifeStore.Unsold(SqliteDialect.Instance)), StringComparison.Ordinal);
        var expired = await database.PlanAsync(SqliteCardKeyLifeStore.Expired);
        Assert.Contains("USING COVERING INDEX card_keys_frozen (expires_on<?)", expired, StringComparison.Ordinal);
        Assert.Contains("USING COVERING INDEX card_keys_fefo (sku_id=? AND expires_on<?)", expired, StringComparison.Ordinal);
    }

    // Fails after some pieces, as a disk does.
    private sealed class BreakingStore(ICardKeyLifeStore inner, int piecesBefore) : ICardKeyLifeStore
    {
        private int _pieces;

        public Task<int> MoveAsync(CardKeyMoveRequest request, Func<IReadOnlyList<HeldKey>, CustodyDay, CardKeyMove?> decide) =>
            Interlocked.Increment(ref _pieces) > piecesBefore ? Task.FromException<int>(new IOException("The disk is gone.")) : inner.MoveAsync(request, decide);

        public Task<IReadOnlyList<long>> ExpiredAsync(int today, int limit, CancellationToken cancellation) => inner.ExpiredAsync(today, limit, cancellation);
    }
}
