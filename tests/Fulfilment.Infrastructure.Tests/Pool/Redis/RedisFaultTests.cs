using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Pool.Redis;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Tests.Redis;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Pool.Redis;

/// <summary>What can happen to a Redis, on one of the test's own.</summary>
public sealed class RedisFaultTests : IAsyncLifetime
{
    private const long Sku = 7;
    private const int Today = 740_000;
    private const int WindowSize = 64;

    private readonly RedisKeySpace _keys = new("faults");
    private TestDatabase _database = null!;
    private RedisServer _server = null!;
    private RedisNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _server = await RedisServer.StartAsync();
        _node = Node();
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _server.DisposeAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task ScriptFlush_IsNotNoticed()
    {
        await AddAsync(1, 10);
        await WarmAsync();
        Assert.Equal([1], await TakeAsync(1));

        await _server.CommandAsync("SCRIPT", "FLUSH");

        Assert.Equal([2, 3], await TakeAsync(2));
        Assert.False(_node.Pool.IsDegraded);
    }

    [Fact]
    public async Task FlushAll_EmptiesTheWindow_AndItIsFilledAgain()
    {
        await AddAsync(1, 10);
        await WarmAsync();

        await _server.CommandAsync("FLUSHALL");
        Assert.Empty(await TakeAsync(1));
        await _node.Pool.SettleAsync();

        Assert.Equal([1, 2], await TakeAsync(2));
    }

    [Fact]
    public async Task OldSnapshot_ListsIdsThatAreGone_AndDriftMakesItGood()
    {
        await AddAsync(1, 40);
        await WarmAsync();
        await _server.SaveAsync();
        var delivered = await TakeAsync(30);
        await TestStock.SetStateAsync(_database.Database, CardKeyState.Delivered, delivered);

        await _server.RestartAsync(withSnapshot: true);
        await ComeBackAsync();

        // The guard refuses what the snapshot still lists.
        Assert.Equal(delivered, await TakeAsync(30));
        _node.Pool.ReportDrift(Sku, 1_000);
        await _node.Pool.SettleAsync();
        Assert.Equal(Enumerable.Range(31, 10).Select(id => (long)id), await TakeAsync(30));
    }

    [Theory]
    [InlineData("min-replicas-to-write", "1", "0")]
    [InlineData("maxmemory", "1", "0")]
    public async Task RedisThatTakesNoWrites_LosesNoId_AndIsDegradedUntilItDoes(string setting, string bad, string good)
    {
        await AddAsync(1, 10);
        await WarmAsync();
        await _server.ConfigureAsync(setting, bad);

        await TakeInVainAsync();

        await _server.ConfigureAsync(setting, good);
        await ComeBackAsync();
        Assert.Equal(Enumerable.Range(1, 10).Select(id => (long)id), await TakeAsync(10));
    }

    [Fact]
    public async Task Replica_IsReadOnly_AndComesBackWhenItIsNone()
    {
        await AddAsync(1, 10);
        await WarmAsync();
        await using var master = await RedisServer.StartAsync("--repl-diskless-sync-delay", "0");
        await _server.CommandAsync("REPLICAOF", "127.0.0.1", $"{master.Port}");
        await Eventually.UntilAsync(async () => (await _server.CommandAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal));

        await TakeInVainAsync();
        await _server.CommandAsync("REPLICAOF", "NO", "ONE");
        await ComeBackAsync();
        Assert.Empty(await TakeAsync(2));
        await _node.Pool.SettleAsync();
        Assert.Equal([1, 2], await TakeAsync(2));
    }

    /// <summary>The takers go to the table after their time; what Redis pops for them when it wakes is in the window again.</summary>
    [Fact]
    public async Task Frozen_TakersGiveUpInTime_AndTheIdsGoBack()
    {
        await AddAsync(1, 10);
        await WarmAsync();
        await _server.FreezeAsync();
        ForgetSuccesses();

        for (var i = 0; i < 2; i++)
        {
            var take = TakeAsync(2);
            Assert.False(take.IsCompleted);
            _node.Time.Advance(new RedisPoolOptions().TakeTimeout);
            Assert.Empty(await take);
        }

        Assert.True(_node.Pool.IsDegraded);
        Assert.Empty(await TakeAsync(2));

        await _server.ThawAsync();
        await Eventually.UntilAsync(async () => await _server.CommandAsync("HLEN", _keys.Prefix + "out") == "0");
        await ComeBackAsync();
        Assert.Equal(Enumerable.Range(1, 10).Select(id => (long)id), (await TakeAsync(10)).Order());
    }

    [Fact]
    public async Task Away_TakersGoToTheTableAtOnce_AndThePoolComesBackEmpty()
    {
        await AddAsync(1, 10);
        await WarmAsync();
        await _server.KillAsync();

        await TakeInVainAsync();
        await _server.RestartAsync();
        await ComeBackAsync();
        Assert.Empty(await TakeAsync(1));
        await _node.Pool.SettleAsync();
        Assert.Equal([1], await TakeAsync(1));
    }

    /// <summary>"Numeric ids, at most 12 bytes each", on ids as the engine makes them, which need all of their 63 bits.</summary>
    [Fact]
    public async Task FullWindow_TakesAtMostTwelveBytesAnId()
    {
        const int size = 50_000;
        const long first = 381_234_567_890_123_456;
        await using var node = new RedisNode(_server, _keys, RedisNode.Options(size), new CardKeyWindowReader(_database.Database));
        await TestStock.AddAsync(_database.Database, Sku, Enumerable.Range(0, size).Select(i => (first + (i * 4_099L), Today + (i / 1_000))));
        Assert.Empty(await node.TakeAsync(Sku, Today, 1));
        await node.Pool.SettleAsync();

        var window = $"{_keys.Prefix}window:{Sku}";
        Assert.InRange(long.Parse(await _server.CommandAsync("LLEN", window), System.Globalization.CultureInfo.InvariantCulture), size, size + 100);
        var bytes = long.Parse(await _server.CommandAsync("MEMORY", "USAGE", window, "SAMPLES", "0"), System.Globalization.CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper!.WriteLine($"{bytes / (double)size:F2} bytes an id");
        Assert.InRange(bytes / (double)size, 8, 12);
    }

    // Until a call goes through: the breaker lets one try after each of its pauses.
    private Task ComeBackAsync() => Eventually.UntilAsync(async () =>
    {
        _node.Time.Advance(new RedisBreakerOptions().Break);
        return await _node.Pool.SweepAsync();
    });

    private void ForgetSuccesses() => _node.Time.Advance(new RedisBreakerOptions().Sampling * 2);

    private async Task TakeInVainAsync()
    {
        ForgetSuccesses();
        for (var i = 0; i < new RedisBreakerOptions().Calls; i++)
        {
            Assert.False(_node.Pool.IsDegraded);
            Assert.Empty(await TakeAsync(2));
        }

        Assert.True(_node.Pool.IsDegraded);
    }

    private RedisNode Node() => new(_server, _keys, RedisNode.Options(WindowSize), new CardKeyWindowReader(_database.Database));

    private Task AddAsync(int first, int count) =>
        TestStock.AddAsync(_database.Database, Sku, Enumerable.Range(first, count).Select(id => ((long)id, Today)));

    private Task<List<long>> TakeAsync(int count) => _node.TakeAsync(Sku, Today, count);

    private async Task WarmAsync()
    {
        Assert.Empty(await TakeAsync(1));
        await _node.Pool.SettleAsync();
    }
}
