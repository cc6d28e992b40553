using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Tests.Pool.Redis;

namespace Fulfilment.Infrastructure.Tests.Redis;

public sealed class RedisRateLimiterTests(SharedRedis redis) : IClassFixture<SharedRedis>, IAsyncLifetime
{
    private readonly RedisKeySpace _keys = new($"{Guid.NewGuid():N}");
    private RedisNode _one = null!;
    private RedisNode _other = null!;

    public ValueTask InitializeAsync()
    {
        (_one, _other) = (new RedisNode(redis.Server, _keys), new RedisNode(redis.Server, _keys));
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task TwoNodes_ShareOneBurst()
    {
        // So slow a rate that nothing grows back while the test runs, however slow the machine: at one a second a burst is one request.
        var first = await Limiter(_one).TakeAsync(1, 1, TestContext.Current.CancellationToken);
        var second = await Limiter(_other).TakeAsync(2, 1, TestContext.Current.CancellationToken);

        Assert.Equal((true, 1, 0, 0), (first.Allowed, first.Limit, first.Remaining, first.RetryAfterSeconds));
        Assert.True(second.Allowed, "Another storefront has a limit of its own.");

        // Redis's clock goes on, so that a cell is put far ahead instead: the debt is then the whole burst.
        await redis.Server.CommandAsync("SET", $"{_keys.Prefix}rate:3", "9000000000000000");
        var refused = await Limiter(_other).TakeAsync(3, 50, TestContext.Current.CancellationToken);
        Assert.Equal(new RateDecision(false, 50, 0, 1, 1), refused);
    }

    [Fact]
    public async Task Burst_OfBothNodes_IsNoMoreThanTheRateAllows()
    {
        const int rate = 200;
        var began = TimeProvider.System.GetTimestamp();
        var decisions = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => Limiter(i % 2 == 0 ? _one : _other).TakeAsync(1, rate, TestContext.Current.CancellationToken).AsTask()));
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;

        Assert.InRange(decisions.Count(decision => decision.Allowed), rate, rate + (rate * seconds) + 1);
    }

    [Fact]
    public async Task Cells_AreForgotten()
    {
        _ = await Limiter(_one).TakeAsync(1, 1, TestContext.Current.CancellationToken);

        Assert.NotEqual("-1", await redis.Server.CommandAsync("PTTL", $"{_keys.Prefix}rate:1"));
    }

    [Fact]
    public async Task WithoutRedis_EachNodeCountsForItself()
    {
        await using var gone = await RedisServer.StartAsync();
        await gone.KillAsync();
        await using var node = new RedisNode(gone, _keys);
        var limiter = Limiter(node);

        Assert.True((await limiter.TakeAsync(1, 1, TestContext.Current.CancellationToken)).Allowed);
        Assert.False((await limiter.TakeAsync(1, 1, TestContext.Current.CancellationToken)).Allowed);
    }

    private RedisRateLimiter Limiter(RedisNode node) => node.Limiter ??= new RedisRateLimiter(node.Connection, _keys, node.Breaker, new LocalRateLimiter(node.Time));
}
