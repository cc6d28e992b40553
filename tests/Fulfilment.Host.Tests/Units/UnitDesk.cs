using System.Net;
using System.Text.Json;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Suppliers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Units;

/// <summary>A host with units for people to see to, and two people; shared by the tests of a class.</summary>
public sealed class UnitDesk : IAsyncLifetime
{
    public const string Recipient = "13800001234";

    private int _references;

    public TestHost Host { get; private set; } = null!;

    /// <summary>A storefront's key.</summary>
    public string Shop { get; private set; } = null!;

    /// <summary>An operator's key.</summary>
    public string Li { get; private set; } = null!;

    /// <summary>Another operator's.</summary>
    public string Wang { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Host = await TestHost.StartAsync(new TestHostOptions
        {
            Settings = new() { ["Fulfilment:PollMilliseconds"] = "20", ["Fulfilment:SendWithinSeconds"] = "0.5" },
            Services = services => services.AddSingleton<ISupplierAdapter, DoubtfulSupplier>(),
        });
        await Host.CreateAsync("/v1/admin/suppliers", """{"code":"mute","name":"mute","adapter":"doubtful","settings":{"canQuery":false}}""");
        await Host.CreateAsync("/v1/admin/suppliers", """{"code":"asked","name":"asked","adapter":"doubtful","settings":{"canQuery":true}}""");
        const string ByHand = """{"source":"manual"}""";
        await SkuAsync("CODE", "cardKey", ByHand);
        await SkuAsync("TOPUP", "topUp", ByHand, ""","recipientMode":"required","inputs":[{"name":"server","required":false}]""");
        await SkuAsync("CHECKED", "cardKey", ByHand, ""","supply":{"approveManual":true}""");
        await SkuAsync("MUTE-TOPUP", "topUp", Route("mute") + "," + ByHand);
        await SkuAsync("MUTE-CODE", "cardKey", Route("mute"));
        await SkuAsync("ASKED", "topUp", Route("asked"));
        Shop = await Host.ShopAsync();
        Li = await Host.KeyAsync("operator:li", ["admin"]);
        Wang = await Host.KeyAsync("operator:wang", ["admin"]);
    }

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();

    /// <summary>An order of so many units, once all of them have come to this state.</summary>
    public async Task<PlacedUnits> PlaceAsync(string sku, string state, int quantity = 1)
    {
        var topUp = sku is "TOPUP" or "MUTE-TOPUP" or "ASKED";
        using var placed = await Host.PostAsync("/v1/orders", Shop, $$"""
            {"clientReference":"U-{{Interlocked.Increment(ref _references)}}","currency":"CNY",
             "lines":[{"sku":"{{sku}}","quantity":{{quantity}}{{(topUp ? $",\"recipient\":\"{Recipient}\"" : "")}}{{(sku == "TOPUP" ? ",\"inputs\":{\"server\":\"S1\"}" : "")}}}]}
            """);
        var order = await placed.JsonAsync();
        Assert.True(placed.IsSuccessStatusCode, order.ToString());
        var id = order.GetProperty("id").GetString()!;
        await UntilAsync(id, unit => unit == state);
        return new PlacedUnits(id, [.. (await OrderAsync(id)).GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(unit => unit.GetProperty("id").GetString()!)]);
    }

    public Task UntilAsync(string orderId, Func<string?, bool> isState) => Patience.UntilAsync(
        async () => (await OrderAsync(orderId)).GetProperty("lines")[0].GetProperty("units").EnumerateArray().All(unit => isState(unit.GetProperty("status").GetString())));

    public async Task<JsonElement> OrderAsync(string orderId, bool codes = false)
    {
        using var answer = await Host.GetAsync($"/v1/orders/{orderId}{(codes ? "?include=codes" : "")}", Shop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    public Task<HttpResponseMessage> PostAsync(string path, string key, string? json = null) => Host.SendAsync(HttpMethod.Post, "/v1/admin/" + path, key, json);

    /// <summary>Does it, and it works.</summary>
    public async Task<JsonElement> DoAsync(string path, string key, string? json = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await PostAsync(path, key, json);
        var body = await answer.JsonAsync();
        Assert.True(answer.StatusCode == status, $"{path} answered {(int)answer.StatusCode}: {body}");
        return body;
    }

    /// <summary>Tries it, and it is refused.</summary>
    public async Task RefusedAsync(string path, string key, string? json, HttpStatusCode status, string code, string? param = null)
    {
        using var answer = await PostAsync(path, key, json);
        await answer.AssertProblemAsync(status, code, param);
    }

    public async Task<JsonElement> GetAsync(string path, string? key = null)
    {
        using var answer = await Host.GetAsync("/v1/admin/" + path, key ?? Li);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, Host.Log.Text);
        return await answer.JsonAsync();
    }

    /// <summary>Reads or meddles with the database beside the host.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(Host.Folder, "fulfilment.db")};Pooling=False");
        return Dapper.SqlMapper.AsList(await Dapper.SqlMapper.QueryAsync<T>(database, sql, parameters));
    }

    /// <summary>The engine's own checks find nothing.</summary>
    public async Task AssertSoundAsync()
    {
        var custody = await Host.Services.GetRequiredService<VerifyCustody>().RunAsync(20, null, TestContext.Current.CancellationToken);
        var ledger = await Host.Services.GetRequiredService<CheckLedger>().RunAsync(20, null, TestContext.Current.CancellationToken);
        Assert.Empty(custody.Findings.Kept);
        Assert.Empty(ledger.Findings.Kept);
    }

    private Task SkuAsync(string code, string kind, string routes, string more = "") => Host.CreateAsync(
        "/v1/admin/skus", $$"""{"code":"{{code}}","name":"{{code}}","kind":"{{kind}}","currency":"CNY","price":"10.00","routes":[{{routes}}]{{more}}}""");

    private static string Route(string supplier) => $$"""{"source":"supplier","supplier":"{{supplier}}","supplierSku":"S-1","unitCost":"6.00"}""";
}

/// <summary>An order and its units.</summary>
public sealed record PlacedUnits(string OrderId, IReadOnlyList<string> Units)
{
    public string Unit => Units[0];
}
