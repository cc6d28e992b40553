using System.Net;
using System.Text.Json;
using Dapper;
using Fulfilment.Infrastructure.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Sandbox;

/// <summary>A host on manual time with two storefronts and nothing to sell: what a developer has in the first minute.</summary>
public sealed class SandboxShop : IAsyncLifetime
{
    private static readonly string[] Scopes = ["orders", "codes", "afterSales"];

    private int _references;

    public ManualTimeProvider Time { get; } = new();

    public TestHost Host { get; private set; } = null!;

    /// <summary>A test key of shop-1 with every scope it can have.</summary>
    public string Key { get; private set; } = null!;

    /// <summary>A test key of shop-2.</summary>
    public string OtherKey { get; private set; } = null!;

    /// <summary>A live key of shop-1.</summary>
    public string LiveKey { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Host = await TestHost.StartAsync(new TestHostOptions { Time = Time });
        LiveKey = await Host.ShopAsync();
        Key = await TestKeyAsync();
        OtherKey = await Host.KeyAsync($"storefront:{await Host.StorefrontAsync("shop-2")}", Scopes, Test);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    public const string Test = ""","mode":"test" """;

    public Task<string> TestKeyAsync() => Host.KeyAsync(scopes: Scopes, more: Test);

    /// <summary>Lets time pass. The host renews the lease of its node beside that, and virtual time would outrun it: requests would find none.</summary>
    public async Task PassAsync(TimeSpan by)
    {
        Time.Advance(by);
        await Host.Services.GetRequiredService<NodeNumber>().RenewAsync();
    }

    /// <summary>A reference no other test has. Time passes, so that no test spends another's rate limit.</summary>
    public string Reference()
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return $"T-{Interlocked.Increment(ref _references)}";
    }

    public static string Body(string reference, string? recipient = null, string sku = "TEST-CARD", int quantity = 1, string line = "", string order = "") => $$$"""
        {"clientReference":"{{{reference}}}","currency":"CNY","lines":[{"sku":"{{{sku}}}","quantity":{{{quantity}}}{{{(recipient is null ? "" : $",\"recipient\":\"{recipient}\"")}}}{{{line}}}}]{{{order}}}}
        """;

    public Task<HttpResponseMessage> PlaceAsync(string body, string query = "", string? key = null) => Host.PostAsync($"/v1/orders{query}", key ?? Key, body);

    /// <summary>An order that is there now.</summary>
    public async Task<JsonElement> PlacedAsync(string body, HttpStatusCode expected = HttpStatusCode.Created, string query = "")
    {
        using var answer = await PlaceAsync(body, query);
        var order = await answer.JsonAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {order}");
        Assert.Equal("true", answer.Headers.GetValues("Fulfilment-Sandbox").Single());
        Assert.True(order.GetProperty("sandbox").GetBoolean());
        return order;
    }

    public async Task<JsonElement> ReadAsync(JsonElement order, string query = "")
    {
        using var answer = await Host.GetAsync($"/v1/orders/{order.GetProperty("id")}{query}", Key);
        return await answer.JsonAsync();
    }

    /// <summary>The public ids of the units of the order's first line.</summary>
    public static string[] UnitIds(JsonElement order) => [.. order.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(unit => unit.GetProperty("id").GetString()!)];

    /// <summary>Asks for after-sales, with an idempotency key of its own unless one is given.</summary>
    public Task<HttpResponseMessage> AskAsync(
        JsonElement order, IReadOnlyList<string> unitIds, string kind = "replacement", string reason = "wrong item", string? key = null, string? caller = null)
    {
        var body = JsonSerializer.Serialize(new { kind, unitIds, reason });
        return Host.PostAsync($"/v1/orders/{order.GetProperty("id")}/after-sales", caller ?? Key, body, ("Idempotency-Key", key ?? $"K-{Interlocked.Increment(ref _references)}"));
    }

    public async Task<JsonElement> CaseAsync(JsonElement item)
    {
        using var answer = await Host.GetAsync($"/v1/after-sales/{item.GetProperty("id")}", Key);
        return await answer.JsonAsync();
    }

    public async Task<List<JsonElement>> CasesAsync(string query)
    {
        using var answer = await Host.GetAsync($"/v1/after-sales{query}", Key);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }

    /// <summary>Every row of every table but the sandbox's own, and what the running host keeps of itself.</summary>
    public async Task<string> DumpRealTablesAsync()
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(Host.Folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        var tables = (await database.QueryAsync<string>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sandbox%' AND name NOT IN ('nodes', 'jobs', 'job_leases', 'job_runs') ORDER BY name")).ToList();
        Assert.Superset(new HashSet<string> { "card_keys", "batch_stock", "wallets", "transfers", "outbox", "orders", "order_lines", "units", "holds", "audit_entries", "custody_entries" }, tables.ToHashSet());
        var dump = new List<string>();
        foreach (var table in tables)
        {
            dump.Add(table);
            dump.AddRange((await database.QueryAsync($"SELECT * FROM {table}")).Select(row =>
                string.Join('|', ((IDictionary<string, object?>)row).Values.Select(value => value is byte[] bytes ? Convert.ToHexString(bytes) : value))).Order(StringComparer.Ordinal));
        }

        return string.Join('\n', dump);
    }
}
