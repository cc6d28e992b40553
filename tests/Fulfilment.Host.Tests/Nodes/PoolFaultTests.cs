using System.Diagnostics;
using System.Globalization;
using Fulfilment.Infrastructure.Tests.Redis;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>Promise 7: two hosts sell while their Redis is lost, stale or stuck in every way. It costs speed, and no order and no code.</summary>
public sealed class PoolFaultTests
{
    private const int Stock = 30_000;
    private const int EnoughOrders = 100;
    private const int Probes = 10;

    // A machine that is busy with other tests is no fault.
    private const string Patient = "Pool:TakeTimeoutMilliseconds=250";

    // Nobody waits until a frozen Redis goes on.
    private static readonly TimeSpan TooSlow = PoolFault.Frozen.Lasts / 2;

    [Fact]
    public async Task WhateverHappensToRedis_OrdersAreTaken_AndNothingIsLostOrSoldTwice()
    {
        var seed = Environment.TickCount;
        Print($"seed {seed}");

        Print(Row("fault", "orders during", "errors", "slowest ms", "recovered after ms"));

        // The long one beside the others, on a Redis and hosts of its own.
        var found = await Task.WhenAll(
            RunAsync(seed, [PoolFault.BackEmpty, PoolFault.BackWithOldSnapshot, PoolFault.Flushed, PoolFault.ReadOnly, PoolFault.Full]),
            RunAsync(seed + 1_000, [PoolFault.Frozen]));

        Assert.All(found.SelectMany(met => met), met =>
        {
            Assert.True(met.Orders.Accepted > 0, met.Fault);
            Assert.True(met.Orders.Slowest < TooSlow, $"{met.Fault}: {met.Orders.Slowest}");
            Assert.True(met.Orders.Errors.IsEmpty, $"seed {seed}, {met.Fault}: {string.Join('\n', met.Orders.Errors.Take(5))}");
        });
    }

    private static async Task<IReadOnlyList<Met>> RunAsync(int seed, IReadOnlyList<PoolFault> faults)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(Stock, redis, Patient);
        await using var load = new NodeLoad(nodes, seed);
        var met = new List<Met>();
        foreach (var fault in faults)
        {
            met.Add(await MeetAsync(fault, redis, nodes, load));
            await AssertPoolGivesAsync(redis, nodes, fault.Name);
        }

        await load.AssertAllKeptAsync();
        await nodes.AssertSoundAsync($"seed {seed}");
        return met;
    }

    private static async Task<Met> MeetAsync(PoolFault fault, RedisServer redis, TwoNodes nodes, NodeLoad load)
    {
        await UntilSoldAsync(load, load.Start(), fault);
        await (fault.PrepareAsync?.Invoke(redis, nodes) ?? Task.CompletedTask);
        await UntilSoldAsync(load, load.Count(), fault);

        var (during, lasted) = (load.Count(), Stopwatch.StartNew());
        await fault.BeginAsync(redis);
        if (fault.Degrades)
        {
            await UntilSoldAsync(load, during, fault, () => lasted.Elapsed >= fault.Lasts);
            await Patience.UntilAsync(() => AreAllAsync(nodes, "degraded"), () => $"{fault.Name}: a host does not say that its pool is degraded.");
        }

        await fault.EndAsync(redis);
        var recovery = await Patience.UntilAsync(
            async () => await AreAllAsync(nodes, "ok") && (await redis.WindowAsync(nodes.SkuId, most: 10)).Count > 1, () => $"{fault.Name}: the pool is not whole again.");
        load.AssertGoesOn();
        _ = load.Count();
        await load.StopAsync();
        Print(Row(fault.Name, during.Accepted, during.Errors.Count, (long)during.Slowest.TotalMilliseconds, (long)recovery.TotalMilliseconds));
        return new Met(fault.Name, during);
    }

    private static Task UntilSoldAsync(NodeLoad load, LoadCount count, PoolFault fault, Func<bool>? and = null) => Patience.UntilAsync(
        () =>
        {
            load.AssertGoesOn();
            return count.Accepted >= EnoughOrders && and?.Invoke() != false;
        },
        () => $"{fault.Name}: {count.Accepted} orders; {string.Join('\n', count.Errors.Take(5))}");

    // What is sold is what stood in front of the window, whichever node sells it; some ids that were sold meanwhile may stand there at first.
    private static async Task AssertPoolGivesAsync(RedisServer redis, TwoNodes nodes, string fault)
    {
        var round = 0;
        await Patience.UntilAsync(
            async () =>
            {
                var front = (await redis.WindowAsync(nodes.SkuId, most: 2 * Probes)).Take(Probes);
                var sold = new List<long>();
                for (var i = 0; i < Probes; i++)
                {
                    sold.Add(await nodes.SellAsync(nodes.Hosts[i % 2], $"P-{fault}-{round}-{i}"));
                }

                round++;
                return front.SequenceEqual(sold);
            },
            () => $"{fault}: what is sold is not what the pool has.");
    }

    private static async Task<bool> AreAllAsync(TwoNodes nodes, string expected)
    {
        var all = await Task.WhenAll(nodes.Hosts.Select(async host =>
        {
            using var answer = await host.GetAsync("/health/ready");
            return (await answer.JsonAsync()).GetProperty("checks").GetProperty("pool").GetString();
        }));
        return all.All(pool => pool == expected);
    }

    private static string Row(params object[] cells) => string.Format(CultureInfo.InvariantCulture, "{0,-34} | {1,13} | {2,6} | {3,10} | {4,18}", cells);

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private sealed record Met(string Fault, LoadCount Orders);
}
