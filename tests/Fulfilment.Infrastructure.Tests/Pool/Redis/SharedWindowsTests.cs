using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Tests.Redis;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Pool.Redis;

/// <summary>Two nodes on one Redis and one table.</summary>
public sealed class SharedWindowsTests(SharedRedis redis) : IClassFixture<SharedRedis>, IAsyncLifetime
{
    private const long Sku = 7;
    private const int Today = 740_000;
    private const int WindowSize = 64;

    private readonly RedisKeySpace _keys = new($"{Guid.NewGuid():N}");
    private readonly GatedReader _reader = new();
    private TestDatabase _database = null!;
    private RedisNode _one = null!;
    private RedisNode _other = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _reader.Inner = new CardKeyWindowReader(_database.Database);
        (_one, _other) = (Node(), Node());
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task AnId_IsGivenToOneNode()
    {
        await AddAsync(1, WindowSize);
        await WarmAsync();

        var taken = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => (i % 2 == 0 ? _one : _other).TakeAsync(Sku, Today, 4)));

        Assert.Equal(WindowSize, taken.Sum(ids => ids.Count));
        Assert.Equal(WindowSize, taken.SelectMany(ids => ids).Distinct().Count());
    }

    [Fact]
    public async Task OnlyOneNode_ReadsATime()
    {
        await AddAsync(1, 3);
        var gate = _reader.Close();
        for (var i = 0; i < 10; i++)
        {
            Assert.Empty(await _one.TakeAsync(Sku, Today, 1));
            Assert.Empty(await _other.TakeAsync(Sku, Today, 1));
        }

        gate.Open();
        await SettleAsync();

        Assert.Equal(1, _reader.Reads);
        Assert.Equal([1, 2, 3], await _other.TakeAsync(Sku, Today, 3));
    }

    [Fact]
    public async Task ResetByOneNode_IsSeenByTheOther()
    {
        await AddAsync(10, 3);
        await WarmAsync();
        await TestStock.AddAsync(_database.Database, Sku, [(5, Today)]);

        _one.Pool.Reset(Sku);
        await SettleAsync();

        Assert.Equal([5, 10], await _other.TakeAsync(Sku, Today, 2));
    }

    /// <summary>The reader has its old answer, and another node has reset the window before that answer is written.</summary>
    [Fact]
    public async Task RefillThatIsLate_AfterAResetByAnother_WritesNothing()
    {
        await AddAsync(10, 3);
        var gate = _reader.Close(afterReading: true);
        Assert.Empty(await _one.TakeAsync(Sku, Today, 1));
        await gate.Reached;

        await TestStock.SetStateAsync(_database.Database, CardKeyState.Voided, [10]);
        _other.Pool.Reset(Sku);
        await _other.Pool.SettleAsync();
        gate.Open();
        await SettleAsync();

        Assert.Equal([11, 12], await _other.TakeAsync(Sku, Today, 9));
    }

    [Fact]
    public async Task LeaseOfARefillerThatIsGone_PassesToAnother_WhichGoesOn()
    {
        await AddAsync(1, 3);
        var gate = _reader.Close(afterReading: true);
        Assert.Empty(await _one.TakeAsync(Sku, Today, 1));
        await gate.Reached;
        Assert.Empty(await _other.TakeAsync(Sku, Today, 1));
        await _other.Pool.SettleAsync();
        Assert.Equal(1, _reader.Reads);

        await _other.EndLeasesAsync();
        _reader.Release();
        Assert.Empty(await _other.TakeAsync(Sku, Today, 1));
        await _other.Pool.SettleAsync();
        Assert.Equal([1, 2], await _other.TakeAsync(Sku, Today, 2));

        // The first one wakes up with what it read long ago.
        gate.Open();
        await SettleAsync();
        Assert.Equal([3], await _other.TakeAsync(Sku, Today, 9));
    }

    [Fact]
    public async Task IdsOfANodeThatDied_ComeBack_AndThoseThatWereSettledDoNot()
    {
        await AddAsync(1, 6);
        await WarmAsync();
        Assert.Equal([1, 2], await _one.TakeAsync(Sku, Today, 2));
        var settled = new KeyNeed(Sku, Today, 2);
        await _one.Pool.TakeAsync([settled], TestContext.Current.CancellationToken);
        _one.Pool.Finish([settled]);
        await _one.Pool.SettleAsync();

        await _other.Pool.SweepAsync();
        Assert.Equal([5], await _other.TakeAsync(Sku, Today, 1));
        await _other.EndLeasesAsync();
        await _other.Pool.SweepAsync();

        Assert.Equal([1, 2, 5, 6], (await _other.TakeAsync(Sku, Today, 9)).Order());
    }

    [Fact]
    public async Task IdsTakenFromTheTable_AreForgotten_BeforeTheyTakeMoreThanTheWindow()
    {
        await AddAsync(1, 3);
        await using var node = new RedisNode(redis.Server, _keys, RedisNode.Options(windowSize: 50_000), _reader);
        Assert.Empty(await node.TakeAsync(Sku, Today, 1));
        await node.Pool.SettleAsync();

        for (var i = 1; i <= 10; i++)
        {
            node.Pool.ReportTaken(Sku, [.. Enumerable.Range(1_000 * i, 1_000).Select(id => (long)id)]);
            await node.Pool.SettleAsync();
        }

        Assert.InRange(int.Parse(await redis.Server.CommandAsync("SCARD", $"{_keys.Prefix}taken:{Sku}"), System.Globalization.CultureInfo.InvariantCulture), 1_000, 5_000);
    }

    [Fact]
    public async Task PauseFromAClockThatWasSetBack_KeepsNobodyFromReading()
    {
        await WarmAsync();
        await AddAsync(1, 3);
        Assert.Empty(await _one.TakeAsync(Sku, Today, 1));
        await SettleAsync();
        Assert.Empty(await _one.TakeAsync(Sku, Today, 1));

        await _one.ClockSetBackAsync();
        Assert.Empty(await _one.TakeAsync(Sku, Today, 1));
        await SettleAsync();

        Assert.Equal([1, 2, 3], await _other.TakeAsync(Sku, Today, 3));
    }

    [Fact]
    public async Task AnotherKeySpace_SharesNothing()
    {
        await AddAsync(1, 3);
        await WarmAsync();
        await using var restored = new RedisNode(redis.Server, new RedisKeySpace("restored"), RedisNode.Options(WindowSize), _reader);

        Assert.Empty(await restored.TakeAsync(Sku, Today, 1));
    }

    private RedisNode Node() => new(redis.Server, _keys, RedisNode.Options(WindowSize), _reader);

    private Task AddAsync(int first, int count) =>
        TestStock.AddAsync(_database.Database, Sku, Enumerable.Range(first, count).Select(id => ((long)id, Today)));

    private async Task WarmAsync()
    {
        Assert.Empty(await _one.TakeAsync(Sku, Today, 1));
        await SettleAsync();
    }

    private async Task SettleAsync()
    {
        await _one.Pool.SettleAsync();
        await _other.Pool.SettleAsync();
    }
}
