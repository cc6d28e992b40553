using System.Net;
using System.Text.Json;
using Fulfilment.Infrastructure.Tests.Redis;

namespace Fulfilment.Host.Tests.Pool;

/// <summary>A host whose pool is in Redis, through the loss of Redis.</summary>
public sealed class RedisPoolTests
{
    private const string Secret = "not-for-the-log";

    [Fact]
    public async Task Orders_AreTaken_WhileRedisIsAway_AndThePoolComesBack()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        var key = await SetUpAsync(host);
        await OrderAsync(host, key, "before");
        Assert.Equal("ok", await PoolAsync(host));

        await redis.KillAsync();
        await OrderAsync(host, key, "away");
        await Patience.UntilAsync(async () => await PoolAsync(host) == "degraded");
        await Patience.UntilAsync(async () => (await AlertsAsync(host)).Any(alert => Text(alert, "status") == "open"));
        await OrderAsync(host, key, "still-away");

        await redis.RestartAsync();
        await Patience.UntilAsync(async () => await PoolAsync(host) == "ok");
        await Patience.UntilAsync(async () => (await AlertsAsync(host)).All(alert => Text(alert, "status") == "resolved"));
        await OrderAsync(host, key, "back");

        Assert.Single(await AlertsAsync(host));
        await Patience.UntilAsync(async () => await redis.CommandAsync("EVAL", "return #redis.call('KEYS', '*window:*')", "0") == "1");
    }

    [Fact]
    public async Task Host_Starts_WhileRedisIsAway()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        await using var host = await StartAsync(redis);
        var key = await SetUpAsync(host);

        await OrderAsync(host, key, "without");
        await redis.RestartAsync();

        await Patience.UntilAsync(async () => await PoolAsync(host) == "ok");
        await OrderAsync(host, key, "with");
    }

    [Fact]
    public async Task Redis_HoldsNothingSecret_AndItsPasswordIsNotLogged()
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", Secret);
        await using var host = await StartAsync(redis, $"{redis.ConnectionString},password={Secret}");
        var key = await SetUpAsync(host);
        await OrderAsync(host, key, "one");

        Assert.Equal("ok", await PoolAsync(host));
        Assert.DoesNotContain(Secret, host.Log.Text, StringComparison.Ordinal);
        await redis.CommandAsync("-a", Secret, "SAVE");
        Assert.DoesNotContain("REDIS-CODE", await File.ReadAllTextAsync(Path.Combine(redis.Folder, "dump.rdb"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static Task<TestHost> StartAsync(RedisServer redis, string? connectionString = null) => TestHost.StartAsync(new TestHostOptions
    {
        Settings = new()
        {
            ["Pool:Provider"] = "Redis",
            ["Pool:ConnectionString"] = connectionString ?? redis.ConnectionString,
            ["Testing:RedisWithSqlite"] = "true",
        },
    });

    private static async Task<string> SetUpAsync(TestHost host)
    {
        await host.SkuAsync("VIP");
        var key = await host.ShopAsync();
        using var imported = await host.ImportAsync("VIP", Enumerable.Range(0, 100).Select(i => $"REDIS-CODE-{i:D3}"));
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        return key;
    }

    private static async Task OrderAsync(TestHost host, string key, string reference)
    {
        using var answer = await host.PostAsync("/v1/orders", key, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"VIP","quantity":2}]}""");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static async Task<string> PoolAsync(TestHost host)
    {
        using var answer = await host.GetAsync("/health/ready", "");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Text((await answer.JsonAsync()).GetProperty("checks"), "pool");
    }

    private static async Task<IReadOnlyList<JsonElement>> AlertsAsync(TestHost host)
    {
        using var answer = await host.GetAsync("/v1/admin/alerts?kind=poolDegraded", TestHost.OperatorKey);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
