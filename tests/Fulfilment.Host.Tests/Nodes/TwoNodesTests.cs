using System.Diagnostics;
using System.Net;
using Fulfilment.Infrastructure.Tests.Redis;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>Two hosts beside each other, without any fault: promises 1, 2 and 6 hold across them, and what changes at one is soon in force at the other.</summary>
public sealed class TwoNodesTests
{
    private const int Orders = 1_000;
    private static readonly TimeSpan SoonEnough = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task OrdersAtBothNodesAtOnce_AreOneOrderEach_AndNoCodeIsSoldTwice()
    {
        var seed = Environment.TickCount;
        Print($"seed {seed}");
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(stock: 6_000, redis);
        await using var load = new NodeLoad(nodes, seed);

        var count = load.Start();
        await Patience.UntilAsync(() =>
        {
            load.AssertGoesOn();
            return count.Accepted >= Orders;
        });
        await load.StopAsync();

        Assert.Empty(count.Errors);
        await load.AssertAllKeptAsync();
        await nodes.AssertSoundAsync($"seed {seed}");
        Print($"{load.Acknowledged.Count} orders, the slowest answered after {count.Slowest.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public async Task WhatChangesAtOneNode_IsInForceAtTheOther_WithinTwoSeconds()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(stock: 2_000, redis);
        Print("changed at one node        in force at the other after");

        var created = await nodes.A.CreateAsync("/v1/admin/keys", """{"owner":"storefront:shop-1","scopes":["orders"]}""");
        await InForceAsync("key issued", () => StatusAsync(nodes.B, created.GetProperty("key").GetString()!), HttpStatusCode.OK);

        await ChangeAsync(nodes.A, HttpMethod.Post, $"/v1/admin/keys/{created.GetProperty("id")}/revoke", "");
        await InForceAsync("key revoked", () => StatusAsync(nodes.B, created.GetProperty("key").GetString()!), HttpStatusCode.Unauthorized);

        var orders = 0;
        await ChangeAsync(nodes.B, HttpMethod.Patch, $"/v1/admin/skus/{TwoNodes.Sku}", """{"onShelf":false}""");
        await InForceAsync("SKU taken off the shelf", () => OrderAsync(nodes, $"P{orders++}"), HttpStatusCode.UnprocessableEntity);

        await ChangeAsync(nodes.B, HttpMethod.Patch, $"/v1/admin/skus/{TwoNodes.Sku}", """{"onShelf":true}""");
        await InForceAsync("SKU put on the shelf", () => OrderAsync(nodes, $"P{orders++}"), HttpStatusCode.Created);
    }

    // The last look began before the change was in force there, so the time is at most one look too long.
    private static async Task InForceAsync(string change, Func<Task<HttpStatusCode>> lookAsync, HttpStatusCode expected)
    {
        var slowestLook = TimeSpan.Zero;
        var after = await Patience.UntilAsync(async () =>
        {
            var began = Stopwatch.GetTimestamp();
            var seen = await lookAsync() == expected;
            slowestLook = TimeSpan.FromTicks(Math.Max(slowestLook.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
            return seen;
        });
        Print($"{change,-26} {after.TotalMilliseconds,6:F0} ms");
        Assert.True(after <= SoonEnough + slowestLook, $"{change}: in force at the other node only after {after}");
    }

    private static async Task ChangeAsync(HostProcess host, HttpMethod method, string path, string json)
    {
        using var answer = await host.SendAsync(method, path, TestHost.OperatorKey, json);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode}");
    }

    private static async Task<HttpStatusCode> StatusAsync(HostProcess host, string key)
    {
        using var answer = await host.GetAsync("/v1/skus", key);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> OrderAsync(TwoNodes nodes, string reference)
    {
        using var answer = await nodes.OrderAsync(nodes.A, reference, (TwoNodes.Sku, 1));
        return answer.StatusCode;
    }

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
