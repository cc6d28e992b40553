using System.Diagnostics;
using System.Net;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Redis;
using StackExchange.Redis;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>
/// A node dies by <c>kill -9</c> in the middle of an order and of a refill: the ids it had taken, the refill and its number come back within the leases
/// they were held under, and the other node sells on meanwhile.
/// </summary>
public sealed class NodeKillTests
{
    private const string SoldAtOnce = "SOLD-AT-ONCE";
    private const string Refilled = "REFILLED";
    private const int Stock = 1_000;
    private const int RefilledStock = 30_000;
    private const int Taken = 100;
    private const int Attempts = 5;

    private static readonly TimeSpan TakeLease = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan RefillLease = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    // A lease that has ended is noticed by looking now and then.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task WhatAKilledNodeHeld_ComesBackWithinItsLeases_AndTheOtherSellsOn()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(
            Stock, redis, "Pool:TakeTimeoutMilliseconds=5000", $"Testing:TakeLeaseSeconds={TakeLease.TotalSeconds}", $"Testing:RefillLeaseSeconds={RefillLease.TotalSeconds}");
        await nodes.AddSkuAsync(SoldAtOnce, Stock);
        await nodes.AddSkuAsync(Refilled, RefilledStock);
        var refilled = await nodes.SkuIdAsync(Refilled);
        await SellAsync(nodes, "first", (TwoNodes.Sku, 1), (SoldAtOnce, 1));
        await Patience.UntilAsync(() => IsWholeAsync(redis, nodes));

        var held = await KillInTheMiddleAsync(redis, nodes, refilled);
        var (killed, killedAt) = (Stopwatch.StartNew(), DateTimeOffset.UtcNow);
        Assert.True(held.Count >= 2 * Taken);
        Assert.Equal(0, await nodes.ScalarAsync<long>("SELECT count(*) FROM orders WHERE client_reference LIKE 'killed%'"));
        Print("held by the killed node  back after     lease");

        // The table knows nothing of what a pool gives: all of it can be sold.
        await SellAsync(nodes, "all", (SoldAtOnce, Stock - 1));
        Back("ids, from the table", killed, TimeSpan.Zero, Look);

        for (var i = 0; (await redis.WindowAsync(refilled, most: Taken)).Count == 0; i++)
        {
            await SellAsync(nodes, $"refilled-{i}", (Refilled, 1));
        }

        Back("refill of a window", killed, RefillLease, Look);
        await Patience.UntilAsync(() => IsWholeAsync(redis, nodes));
        Back("ids, from the pool", killed, TakeLease, Look);

        await AssertNumberIsFreeAsync(nodes, killedAt);
        await SellAsync(nodes, "rest", (TwoNodes.Sku, Stock - 1));
        await nodes.AssertSoundAsync();
    }

    // Nobody holds ids, and the window has all that can be sold.
    private static async Task<bool> IsWholeAsync(RedisServer redis, TwoNodes nodes) =>
        (await redis.PoppedAsync()).Count == 0 && !(await nodes.AvailableAsync(nodes.SkuId)).Except(await redis.WindowAsync(nodes.SkuId)).Any();

    // Holds its commit back, so that it dies with the ids of an order in its hands; and kills it as soon as it refills.
    private static async Task<IReadOnlyList<long>> KillInTheMiddleAsync(RedisServer redis, TwoNodes nodes, long refilled)
    {
        using var watch = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        for (var attempt = 1; ; attempt++)
        {
            using (nodes.HoldCommits())
            {
                var order = nodes.OrderAsync(nodes.A, $"killed-{attempt}", (TwoNodes.Sku, Taken), (SoldAtOnce, Taken), (Refilled, 1));
                for (var patience = Stopwatch.StartNew(); !await IsRefillingAsync();)
                {
                    Assert.True(patience.Elapsed < LongestWait && !order.IsCompleted, "It refills nothing.");
                }

                await nodes.A.KillAsync();
                await Assert.ThrowsAnyAsync<HttpRequestException>(() => order);
            }

            if (await IsRefillingAsync() && (await redis.WindowAsync(refilled)).Count < RefilledStock)
            {
                return await redis.PoppedAsync();
            }

            // It was through with the refill before it died.
            Assert.True(attempt < Attempts, "The refill was over every time.");
            await redis.CommandAsync("EVAL", "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end", "0", $"*:{refilled}");
            await nodes.ReplaceFirstAsync();
        }

        // The client waits for a synchronous answer no longer than a second, which a busy machine takes.
        async Task<bool> IsRefillingAsync() => (int)await watch.GetDatabase().ScriptEvaluateAsync("return #redis.call('KEYS', ARGV[1])", values: [$"*lease:{refilled}"]) == 1;
    }

    private static async Task AssertNumberIsFreeAsync(TwoNodes nodes, DateTimeOffset killedAt)
    {
        const string Until = "SELECT lease_until FROM nodes WHERE number = 0";
        var until = DateTimeOffset.FromUnixTimeMilliseconds(await nodes.ScalarAsync<long>(Until));
        Assert.InRange(until, killedAt, killedAt + NodeLeaseStore.Duration);
        Print($"{"number",-24} {(until - killedAt).TotalMilliseconds,7:F0} ms {NodeLeaseStore.Duration.TotalMilliseconds,6:F0} ms");

        // The lease of the dead ends by itself; only the wait is cut short.
        await nodes.ExecuteAsync($"UPDATE nodes SET lease_until = {killedAt.ToUnixTimeMilliseconds()} WHERE number = 0");
        await nodes.ReplaceFirstAsync();
        Assert.True(await nodes.ScalarAsync<long>(Until) > until.ToUnixTimeMilliseconds());
    }

    private static async Task SellAsync(TwoNodes nodes, string reference, params (string Sku, int Quantity)[] lines)
    {
        using var answer = await nodes.OrderAsync(nodes.B, reference, lines);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static void Back(string what, Stopwatch killed, TimeSpan lease, TimeSpan look)
    {
        Print($"{what,-24} {killed.ElapsedMilliseconds,7} ms {lease.TotalMilliseconds,6:F0} ms");
        Assert.True(killed.Elapsed <= lease + look, $"{what}: {killed.Elapsed}");
    }

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
