using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Pool.Redis;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Tests.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Pool.Redis;

/// <summary>What one node has of the pool: its own connection, breaker and pool over a Redis that others share.</summary>
internal sealed class RedisNode : IAsyncDisposable
{
    private readonly RedisServer _server;
    private readonly RedisKeySpace _keys;

    public RedisNode(RedisServer server, RedisKeySpace keys, RedisPoolOptions options, ICardKeyWindowReader reader)
    {
        (_server, _keys) = (server, keys);
        Connection = new RedisConnection(server.ConnectionString);
        Breaker = new RedisBreaker(Time, NullLogger<RedisBreaker>.Instance, new RedisBreakerOptions());
        Pool = new RedisCardKeyPool(Connection, keys, Breaker, reader, options, NullLogger<RedisCardKeyPool>.Instance);
    }

    /// <summary>For what is not the pool.</summary>
    public RedisNode(RedisServer server, RedisKeySpace keys)
        : this(server, keys, Options(windowSize: 1), new GatedReader())
    {
    }

    public RedisConnection Connection { get; }

    public RedisBreaker Breaker { get; }

    public RedisCardKeyPool Pool { get; }

    public RedisRateLimiter? Limiter { get; set; }

    /// <summary>Stands still, so that no call times out however slow this machine is just now.</summary>
    public ManualTimeProvider Time { get; } = new();

    public static RedisPoolOptions Options(int windowSize) => new()
    {
        // Redis keeps the time of the pauses; none passes by itself while a test runs.
        Window = new WindowOptions { Size = windowSize, Pause = TimeSpan.FromHours(1) },
        RefillLease = TimeSpan.FromHours(1),
        TakeLease = TimeSpan.FromHours(1),
    };

    public async Task<List<long>> TakeAsync(long skuId, int minExpiryDay, int count)
    {
        var need = new KeyNeed(skuId, minExpiryDay, count);
        await Pool.TakeAsync([need], TestContext.Current.CancellationToken);
        return need.Candidates;
    }

    /// <summary>Ends the pauses of every window.</summary>
    public Task PassPausesAsync() => _server.CommandAsync(
        "EVAL", "for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'state:*')) do redis.call('HDEL', key, 'noRead', 'noRestart', 'noDrift') end return 0", "0", _keys.Prefix);

    /// <summary>Every pause as Redis finds it after its clock was set back by a day.</summary>
    public Task ClockSetBackAsync() => _server.CommandAsync(
        "EVAL",
        """
        for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'state:*')) do
          for _, name in ipairs({ 'noRead', 'noRestart', 'noDrift' }) do
            local till = redis.call('HGET', key, name)
            if till then redis.call('HSET', key, name, till + 86400000) end
          end
        end
        return 0
        """,
        "0", _keys.Prefix);

    /// <summary>Lets the leases of takes and refills end now.</summary>
    public async Task EndLeasesAsync()
    {
        await _server.CommandAsync(
            "EVAL",
            """
            local out = ARGV[1] .. 'out'
            for _, ticket in ipairs(redis.call('HKEYS', out)) do
              redis.call('HSET', out, ticket, (string.gsub(redis.call('HGET', out, ticket), '^%d+', '0')))
            end
            for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'lease:*')) do redis.call('DEL', key) end
            return 0
            """,
            "0", _keys.Prefix);
    }

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
