using System.Collections.Concurrent;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Pool;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Compliance;

/// <summary>What every <see cref="ICardKeyPool"/> does, whatever keeps its windows. One subclass per backend.</summary>
public abstract partial class CardKeyPoolCompliance : IAsyncLifetime
{
    protected const long Sku = 7;
    protected const int Today = 740_000;

    private TestDatabase _database = null!;

    /// <summary>Ids a window holds in these tests.</summary>
    protected const int WindowSize = 64;

    protected ICardKeyPool Pool { get; private set; } = null!;

    protected IDatabase Database => _database.Database;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        Pool = CreatePool(new CardKeyWindowReader(_database.Database));
    }

    public async ValueTask DisposeAsync()
    {
        await DisposePoolAsync();
        _database.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A new pool over the table with windows of <see cref="WindowSize"/>.</summary>
    protected abstract ICardKeyPool CreatePool(ICardKeyWindowReader reader);

    /// <summary>Completes when what the pool does in the background is done.</summary>
    protected abstract Task SettleAsync();

    /// <summary>Lets the pauses pass that a pool keeps before it looks again.</summary>
    protected abstract Task PassPausesAsync();

    /// <summary>Lets the time pass after which ids come back whose taker has gone.</summary>
    protected abstract Task ForgetTakesAsync();

    protected abstract ValueTask DisposePoolAsync();

    [Fact]
    public async Task Take_GivesNothing_WhenStockIsEmpty()
    {
        Assert.Empty(await TakeSettledAsync(3));
        Assert.Empty(await TakeAsync(3));
    }

    [Fact]
    public async Task Take_GivesFirstExpiredFirst_ThenById()
    {
        await AddAsync((5, Today + 9), (4, Today + 2), (9, Today + 2), (1, ExpiryDay.Never));

        Assert.Equal([4, 9, 5, 1], await TakeSettledAsync(9));
    }

    [Fact]
    public async Task Take_GivesNoMoreThanNeeded()
    {
        await AddRangeAsync(1, 10);

        Assert.Equal([1, 2, 3], await TakeSettledAsync(3));
        Assert.Equal([4], await TakeAsync(1));
    }

    [Fact]
    public async Task Take_ServesAWholeGroup_WithoutGivingAnIdTwice()
    {
        await AddRangeAsync(1, 10);
        await TestStock.AddAsync(Database, Sku + 1, [(100, Today)]);
        await WarmAsync(Sku);
        await WarmAsync(Sku + 1);
        KeyNeed[] needs = [new(Sku, Today, 2), new(Sku + 1, Today, 1), new(Sku, Today, 3)];

        await Pool.TakeAsync(needs, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2], needs[0].Candidates);
        Assert.Equal([100], needs[1].Candidates);
        Assert.Equal([3, 4, 5], needs[2].Candidates);
    }

    [Fact]
    public async Task Take_LeavesOutKeysThatExpireTooEarly()
    {
        await AddAsync((1, Today - 1), (2, Today), (3, Today + 1), (4, Today + 2));

        Assert.Equal([2], await TakeSettledAsync(1));
        Assert.Equal([4], await TakeAsync(1, Today + 2));
    }

    [Fact]
    public async Task Take_FindsEarlierKeys_WhenTheMinimumIsLowered()
    {
        await AddAsync((1, Today), (2, Today + 30));
        Assert.Equal([2], await TakeSettledAsync(1, Today + 30));

        _ = await TakeAsync(1, Today);
        await SettleAsync();

        Assert.Equal([1], await TakeAsync(1, Today));
    }

    [Theory]
    [InlineData(BatchStatus.AwaitingApproval)]
    [InlineData(BatchStatus.Failed)]
    [InlineData(BatchStatus.Recalled)]
    public async Task Take_LeavesOutBatchesThatMayNotBeSold(BatchStatus status)
    {
        await TestStock.AddBatchAsync(Database, 1, Sku, BatchStatus.Completed);
        await TestStock.AddBatchAsync(Database, 2, Sku, status);
        await AddAsync((1, Today), (3, Today));
        await TestStock.AddAsync(Database, Sku, [(2, Today)], batchId: 2);

        Assert.Equal([1, 3], await TakeSettledAsync(9));
    }

    [Fact]
    public async Task Take_LeavesOutKeysThatAreNotAvailable()
    {
        await AddRangeAsync(1, 5);
        await TestStock.SetStateAsync(Database, CardKeyState.Frozen, [2, 3]);

        Assert.Equal([1, 4, 5], await TakeSettledAsync(9));
    }

    [Fact]
    public async Task Take_GoesThroughMoreThanOneWindow_InOrder()
    {
        await AddRangeAsync(1, WindowSize * 5);
        var taken = new List<long>();
        _ = await TakeAsync(1);
        while (taken.Count < WindowSize * 5)
        {
            await SettleAsync();
            var more = await TakeAsync(7);
            Assert.NotEmpty(more);
            taken.AddRange(more);
        }

        Assert.Equal(Enumerable.Range(1, WindowSize * 5).Select(id => (long)id), taken);
    }

    [Fact]
    public async Task NewPool_GivesIdsThatAnotherTookAndNeverReturned()
    {
        await AddRangeAsync(1, 3);
        _ = await TakeSettledAsync(3);

        await DisposePoolAsync();
        Pool = CreatePool(new CardKeyWindowReader(_database.Database));
        await ForgetTakesAsync();

        Assert.Equal([1, 2, 3], await TakeSettledAsync(3));
    }

    [Fact]
    public async Task Take_ByManyThreads_GivesNoIdTwice()
    {
        const int stock = WindowSize * 40;
        await AddRangeAsync(1, stock);
        var seen = new ConcurrentDictionary<long, int>();
        var threads = Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            // The keys stay available in the table, so a pool that went back to its start would give them again.
            var random = new Random(thread);
            for (var dry = 0; dry < 50;)
            {
                var need = new KeyNeed(Sku, Today, random.Next(1, 9));
                await Pool.TakeAsync([need], TestContext.Current.CancellationToken);
                foreach (var id in need.Candidates)
                {
                    Assert.True(seen.TryAdd(id, thread), $"Id {id} was given twice.");
                }

                dry = need.Candidates.Count == 0 ? dry + 1 : 0;
                if (need.Candidates.Count == 0)
                {
                    await SettleAsync();
                }
            }
        })).ToList();

        await Task.WhenAll(threads);

        Assert.Equal(stock, seen.Count);
    }

    protected Task AddAsync(params (long Id, int ExpiresOn)[] keys) => TestStock.AddAsync(Database, Sku, keys);

    protected Task AddRangeAsync(int first, int count) =>
        TestStock.AddAsync(Database, Sku, Enumerable.Range(first, count).Select(id => ((long)id, Today)));

    protected async Task<List<long>> TakeAsync(int count, int minExpiryDay = Today, long sku = Sku)
    {
        var need = new KeyNeed(sku, minExpiryDay, count);
        await Pool.TakeAsync([need], TestContext.Current.CancellationToken);
        return need.Candidates;
    }

    /// <summary>A take that finds the window filled.</summary>
    protected async Task<List<long>> TakeSettledAsync(int count, int minExpiryDay = Today)
    {
        await WarmAsync(Sku, minExpiryDay);
        return await TakeAsync(count, minExpiryDay);
    }

    private async Task WarmAsync(long sku, int minExpiryDay = Today)
    {
        KeyNeed[] needs = [new(sku, minExpiryDay, 1)];
        await Pool.TakeAsync(needs, TestContext.Current.CancellationToken);
        await SettleAsync();
        Pool.Return(sku, needs[0].Candidates);
        Pool.Finish(needs);
    }
}
