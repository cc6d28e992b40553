using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Pool.Redis;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Tests.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>Claims of 64 ids with 50 in flight, through our connection and breaker, against <c>redis-benchmark</c> sending the same script.</summary>
internal sealed partial class RedisClaimScenario : IScenario
{
    private const int InFlight = 50;
    private const int Ids = 64;
    private const int Day = 740_000;
    private const long Sku = 7;
    private const int ClaimsASecond = 20_000;
    private const int PieceOfClaims = 10_000;

    private static readonly RedisPoolOptions Options = new() { Window = new WindowOptions { Size = 1 } };

    public async Task RunAsync(Settings settings, Report report)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var connection = new RedisConnection(redis.ConnectionString);
        var keys = new RedisKeySpace("bench");
        var breaker = new RedisBreaker(TimeProvider.System, NullLogger<RedisBreaker>.Instance, new RedisBreakerOptions());
        var windows = new WindowScripts(connection, keys, Options);
        var claims = ClaimsASecond * settings.Seconds;

        // The first claim of all makes the window, empty.
        await windows.TakeAsync("first", [new KeyNeed(Sku, Day, Ids)]);
        await FillAsync(redis, keys, claims);
        await OursAsync(breaker, windows, claims);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var run = 0; run < settings.Runs; run++)
        {
            await FillAsync(redis, keys, claims);
            ours.Add(await OursAsync(breaker, windows, claims));
            await FillAsync(redis, keys, claims);
            theirs.Add(await TheirsAsync(redis, keys, claims));
        }

        report.Add($"Claims of {Ids} ids, {InFlight} in flight", $"{Bench.Median(ours):N0}/s");
        report.Add("redis-benchmark, the same script", $"{Bench.Median(theirs):N0}/s");
        report.Add("Claims against redis-benchmark", $"{Bench.Median(ours.Zip(theirs, (one, other) => one / other)):F2}×", "≥ 0.7×");
    }

    // As many ids as are claimed, as large as the engine's; in pieces, because a script of seconds has Redis answer BUSY to everybody.
    private static async Task FillAsync(RedisServer redis, RedisKeySpace keys, int claims)
    {
        var window = $"{keys.Prefix}window:{Sku}";
        await redis.CommandAsync("DEL", window);
        for (var from = 0; from < claims; from += PieceOfClaims)
        {
            await redis.CommandAsync(
                "EVAL",
                """
                for i = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
                  local ids = {}
                  for j = 1, 64 do ids[j] = '38123456' .. string.format('%010d', i * 64 + j) end
                  redis.call('RPUSH', KEYS[1], unpack(ids))
                end
                return 0
                """,
                "1", window, from.ToString(CultureInfo.InvariantCulture), Math.Min(from + PieceOfClaims, claims).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task<double> OursAsync(RedisBreaker breaker, WindowScripts windows, int claims)
    {
        var left = claims;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(worker => Task.Run(async () =>
        {
            var ticket = $"worker {worker}";
            while (Interlocked.Decrement(ref left) >= 0)
            {
                KeyNeed[] needs = [new(Sku, Day, Ids)];
                if (await breaker.TryAsync(() => windows.TakeAsync(ticket, needs), TimeSpan.FromSeconds(1)) is not { } reply
                    || !MergedNeeds.Read(reply, needs) || needs[0].Candidates.Count != Ids)
                {
                    throw new InvalidOperationException("A claim got too little; the figures would mean nothing.");
                }
            }
        })));
        return claims / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> TheirsAsync(RedisServer redis, RedisKeySpace keys, int claims)
    {
#pragma warning disable CA5350 // Redis names scripts so.
        var sha = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(WindowScripts.TakeText)));
#pragma warning restore CA5350
        string[] script =
        [
            "EVALSHA", sha, "1", keys.Prefix,
            .. WindowScripts.Common(Options).Select(value => value.ToString()), "benchmark", "30000", $"{Sku}", $"{Day}", $"{Ids}",
        ];
        using var benchmark = Process.Start(new ProcessStartInfo("redis-benchmark", ["-p", $"{redis.Port}", "-c", $"{InFlight}", "-n", $"{claims}", "-q", .. script]) { RedirectStandardOutput = true })!;
        var output = await benchmark.StandardOutput.ReadToEndAsync();
        await benchmark.WaitForExitAsync();
        return RequestsPerSecond().Matches(output) is [.., var last]
            ? double.Parse(last.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"redis-benchmark said: {output}");
    }

    [GeneratedRegex(@"([\d.]+) requests per second")]
    private static partial Regex RequestsPerSecond();
}
