using System.Globalization;
using Fulfilment.Infrastructure.Tests.Redis;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>What the pool keeps in a Redis, looked at past everything under test.</summary>
internal static class RedisWindows
{
    // A negative number says on which day the ids behind it expire.
    private const string Ids = """
        local ids = {}
        for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
          for _, id in ipairs(redis.call('LRANGE', key, 0, ARGV[2])) do
            if tonumber(id) > 0 then ids[#ids + 1] = id end
          end
        end
        return ids
        """;

    private const string Popped = """
        local ids = {}
        for _, key in ipairs(redis.call('KEYS', '*out')) do
          for _, popped in ipairs(redis.call('HVALS', key)) do
            for list in string.gmatch(popped, ';%d+:([%d,]+)') do
              for id in string.gmatch(list, '%d+') do ids[#ids + 1] = id end
            end
          end
        end
        return ids
        """;

    /// <summary>The first ids of a SKU's window, or all.</summary>
    public static Task<IReadOnlyList<long>> WindowAsync(this RedisServer redis, long skuId, int most = 1_000_000) => redis.IdsAsync(Ids, $"*window:{skuId}", $"{most}");

    /// <summary>Ids that a node has taken and not settled.</summary>
    public static Task<IReadOnlyList<long>> PoppedAsync(this RedisServer redis) => redis.IdsAsync(Popped);

    private static async Task<IReadOnlyList<long>> IdsAsync(this RedisServer redis, string script, params string[] arguments)
    {
        var answer = await redis.CommandAsync(["EVAL", script, "0", .. arguments]);
        return [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture))];
    }
}
