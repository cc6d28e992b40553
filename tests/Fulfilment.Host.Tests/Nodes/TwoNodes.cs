using System.Net;
using Dapper;
using Fulfilment.Host.Tests.Durability;
using Fulfilment.Infrastructure.Tests.Redis;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>
/// Two hosts as processes of their own that share a storage folder and a Redis, with a storefront and a SKU in stock. Only for tests: SQLite is for one
/// host, and serves here to show that two of them keep the promises.
/// </summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    public const string Sku = "VIP";

    private readonly string[] _settings;

    private TwoNodes(string folder, string[] settings) => (Folder, _settings) = (folder, settings);

    public string Folder { get; }

    public HostProcess A { get; private set; } = null!;

    public HostProcess B { get; private set; } = null!;

    public IReadOnlyList<HostProcess> Hosts => [A, B];

    /// <summary>A key of the storefront.</summary>
    public string Key { get; private set; } = null!;

    /// <summary>The SKU as the pool knows it.</summary>
    public long SkuId { get; private set; }

    /// <param name="stock">Card keys of the SKU.</param>
    /// <param name="redis">Holds the pool.</param>
    /// <param name="settings">Beside those of the arrangement, as <c>Name:Sub=value</c>.</param>
    public static async Task<TwoNodes> StartAsync(int stock, RedisServer redis, params string[] settings)
    {
        var nodes = new TwoNodes(Directory.CreateTempSubdirectory("fulfilment-nodes-").FullName, [.. OnRedis(redis), .. settings]);
        try
        {
            // The first one makes the tables and the keys.
            nodes.A = await nodes.StartHostAsync();
            var second = nodes.StartHostAsync();
            nodes.Key = await nodes.A.ShopAsync();
            await nodes.StockAsync(Sku, stock);
            nodes.SkuId = await nodes.SkuIdAsync(Sku);
            nodes.B = await second;
            await nodes.AwaitSkuAsync(Sku);
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>What lets a host on SQLite use a Redis.</summary>
    public static string[] OnRedis(RedisServer redis) => ["Testing:RedisWithSqlite=true", "Pool:Provider=Redis", $"Pool:ConnectionString={redis.ConnectionString}"];

    /// <summary>A further SKU with so many card keys, for sale at both.</summary>
    public async Task AddSkuAsync(string sku, int count)
    {
        await StockAsync(sku, count);
        await AwaitSkuAsync(sku);
    }

    /// <summary>Sells one unit; gives the card key.</summary>
    public async Task<long> SellAsync(HostProcess host, string reference)
    {
        using var answer = await OrderAsync(host, reference, (Sku, 1));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await ScalarAsync<long>("SELECT u.card_key_id FROM units AS u JOIN orders AS o ON o.id = u.order_id WHERE o.client_reference = @reference", new { reference });
    }

    /// <summary>Orders, codes included.</summary>
    public Task<HttpResponseMessage> OrderAsync(HostProcess host, string reference, params (string Sku, int Quantity)[] lines) => host.PostAsync(
        "/v1/orders?include=codes",
        Key,
        $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{{string.Join(',', lines.Select(line => $$"""{"sku":"{{line.Sku}}","quantity":{{line.Quantity}}}"""))}}]}""");

    /// <summary>As the pool knows a SKU.</summary>
    public Task<long> SkuIdAsync(string sku) => ScalarAsync<long>("SELECT id FROM skus WHERE code = @sku", new { sku });

    /// <summary>The card keys of a SKU that can be sold.</summary>
    public async Task<IReadOnlyList<long>> AvailableAsync(long skuId)
    {
        using var database = Open(";Mode=ReadOnly");
        return [.. await database.QueryAsync<long>("SELECT id FROM card_keys WHERE sku_id = @skuId AND state = 10", new { skuId })];
    }

    /// <summary>Starts another host in the place of the first.</summary>
    public async Task ReplaceFirstAsync()
    {
        await A.DisposeAsync();
        A = await StartHostAsync();
    }

    /// <summary>Asks the database beside the hosts.</summary>
    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        using var database = Open(";Mode=ReadOnly");
        return (await database.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    /// <summary>Meddles with the database beside the hosts.</summary>
    public async Task ExecuteAsync(string sql)
    {
        using var database = Open("");
        await database.ExecuteAsync(sql);
    }

    /// <summary>Lets no host commit until it is disposed.</summary>
    public IDisposable HoldCommits()
    {
        var database = Open("");
        database.Execute("BEGIN IMMEDIATE");
        return database;
    }

    /// <summary>Stops both hosts; custody chains, stock and ledger are then sound by a recount.</summary>
    public async Task AssertSoundAsync(string? seed = null)
    {
        foreach (var host in Hosts)
        {
            Assert.Equal(0, await host.TerminateAsync());
        }

        Assert.Equal("ok", await ScalarAsync<string>("PRAGMA integrity_check"));
        await EngineChecks.AssertSoundAsync(Folder, seed);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Hosts.OfType<HostProcess>())
        {
            await host.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private Task<HostProcess> StartHostAsync() => HostProcess.StartAsync(Folder, _settings);

    private async Task StockAsync(string sku, int count)
    {
        await A.SkuAsync(sku, more: ""","maxPerOrder":5000""");
        using var imported = await A.ImportAsync(sku, Enumerable.Range(0, count).Select(i => $"{sku}-{i:D6}"));
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
    }

    private Task AwaitSkuAsync(string sku) => Patience.UntilAsync(async () =>
    {
        using var answer = await B.GetAsync($"/v1/skus/{sku}", Key);
        return answer.StatusCode == HttpStatusCode.OK;
    });

    private SqliteConnection Open(string how)
    {
        var database = new SqliteConnection($"Data Source={Path.Combine(Folder, "fulfilment.db")};Pooling=False{how}");
        database.Open();
        return database;
    }
}
