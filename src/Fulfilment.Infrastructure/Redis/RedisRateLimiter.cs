using System.Globalization;
using Fulfilment.Core.Storefronts;
using StackExchange.Redis;

namespace Fulfilment.Infrastructure.Redis;

/// <summary>Limits that hold across nodes, counted in Redis on its own clock. While Redis is away each node counts for itself.</summary>
public sealed class RedisRateLimiter(RedisConnection connection, RedisKeySpace keys, RedisBreaker breaker, LocalRateLimiter local) : IRateLimiter
{
    private const long Second = 1_000_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);
    private static readonly string Script = EmbeddedScript.Read("rate");

    /// <inheritdoc/>
    public async ValueTask<RateDecision> TakeAsync(long storefrontId, int ratePerSecond, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ratePerSecond, 1);
        RedisKey[] cell = [string.Create(CultureInfo.InvariantCulture, $"{keys.Prefix}rate:{storefrontId}")];
        var reply = await breaker.TryAsync(() => connection.EvaluateAsync(Script, cell, [ratePerSecond]), Timeout).ConfigureAwait(false);
        return reply is null
            ? await local.TakeAsync(storefrontId, ratePerSecond, cancellation).ConfigureAwait(false)
            : Decide((RedisResult[])reply!, ratePerSecond);
    }

    // In the same whole numbers as the script.
    private static RateDecision Decide(RedisResult[] reply, int rate)
    {
        var (isAllowed, debt) = ((int)reply[0] == 1, (long)reply[1]);
        var interval = (Second + rate - 1) / rate;
        var burst = interval * rate;
        return isAllowed
            ? new RateDecision(true, rate, (int)((burst - debt) / interval), Seconds(debt), 0)
            : new RateDecision(false, rate, 0, Seconds(debt), Seconds(debt + interval - burst));
    }

    private static int Seconds(long microseconds) => (int)((microseconds + Second - 1) / Second);
}
