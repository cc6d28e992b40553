using Fulfilment.Infrastructure.Tests.Redis;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>Something that happens to Redis.</summary>
/// <param name="Name">For the table.</param>
/// <param name="BeginAsync">From here on it is wrong.</param>
/// <param name="EndAsync">From here on it is right again.</param>
internal sealed record PoolFault(string Name, Func<RedisServer, Task> BeginAsync, Func<RedisServer, Task> EndAsync)
{
    public static readonly PoolFault BackEmpty = new("killed, back empty", redis => redis.KillAsync(), redis => redis.RestartAsync());

    public static readonly PoolFault BackWithOldSnapshot = new("killed, back with an old snapshot", redis => redis.KillAsync(), redis => redis.RestartAsync(withSnapshot: true))
    {
        PrepareAsync = SaveAsync,
    };

    public static readonly PoolFault Flushed = new("FLUSHALL, ten times", FlushAsync, _ => Task.CompletedTask) { Degrades = false };

    public static readonly PoolFault Frozen = new("frozen for 20 s", redis => redis.FreezeAsync(), redis => redis.ThawAsync()) { Lasts = TimeSpan.FromSeconds(20) };

    // A replica of a primary that is gone answers reads and refuses writes.
    public static readonly PoolFault ReadOnly = new(
        "read-only", redis => redis.CommandAsync("REPLICAOF", "127.0.0.1", "1"), redis => redis.CommandAsync("REPLICAOF", "NO", "ONE"));

    public static readonly PoolFault Full = new("full", redis => redis.ConfigureAsync("maxmemory", "1"), redis => redis.ConfigureAsync("maxmemory", "0"));

    /// <summary>Some orders before it begins.</summary>
    public Func<RedisServer, TwoNodes, Task>? PrepareAsync { get; init; }

    /// <summary>Whether the hosts are to notice and say so.</summary>
    public bool Degrades { get; init; } = true;

    public TimeSpan Lasts { get; init; }

    // Goes on when some of what the snapshot lists is sold.
    private static async Task SaveAsync(RedisServer redis, TwoNodes nodes)
    {
        var listed = await redis.WindowAsync(nodes.SkuId);
        await redis.SaveAsync();
        await Patience.UntilAsync(async () => (await nodes.AvailableAsync(nodes.SkuId)).Intersect(listed).Count() < listed.Count);
    }

    private static async Task FlushAsync(RedisServer redis)
    {
        for (var i = 0; i < 10; i++)
        {
            await redis.CommandAsync("FLUSHALL");
        }
    }
}
