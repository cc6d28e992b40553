using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Orders;

/// <summary>A host with a catalogue, stock, and storefronts of every kind, shared by the tests of a class; each test uses references of its own.</summary>
public sealed class Shop : IAsyncLifetime
{
    private int _references;

    public TestHost Host { get; private set; } = null!;

    /// <summary>A key of the postpaid storefront shop-1 with the scopes orders and codes.</summary>
    public string Key { get; private set; } = null!;

    /// <summary>A key of shop-1 with the scope orders alone.</summary>
    public string OrdersOnly { get; private set; } = null!;

    /// <summary>A key of shop-2, a storefront like shop-1.</summary>
    public string OtherKey { get; private set; } = null!;

    /// <summary>A key of a prepaid storefront without a deposit.</summary>
    public string PoorKey { get; private set; } = null!;

    /// <summary>A key of a storefront whose orders above 20.00 are held.</summary>
    public string HeldKey { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Host = await TestHost.StartAsync();
        await Host.SkuAsync("VIP", more: ""","maxPerOrder":5000""");
        await Host.SkuAsync("FEW", more: ""","minPerOrder":2,"maxPerOrder":3""");
        await Host.SkuAsync("OFF", more: ""","onShelf":false""");
        await Host.SkuAsync("WHO", more: ""","recipientMode":"required","recipientPattern":"1\\d{10}" """);
        await Host.SkuAsync("NOBODY", more: ""","recipientMode":"none" """);
        await Host.SkuAsync("INPUT", more: ""","inputs":[{"name":"server","required":true,"pattern":"S\\d"}]""");
        await Host.SkuAsync("EMPTY");
        await Host.SkuAsync("SHORT");
        await Host.CreateAsync("/v1/admin/skus", """{"code":"USD","name":"USD","kind":"cardKey","currency":"USD","price":"1.00"}""");
        await Host.CreateAsync("/v1/admin/skus", """{"code":"TOPUP","name":"TOPUP","kind":"topUp","currency":"CNY","price":"1.00"}""");
        await StockAsync("VIP", 400, "2027-01-31");
        await StockAsync("WHO", 10, "");
        await StockAsync("INPUT", 10, "");
        await StockAsync("SHORT", 1, "");

        Key = await Host.ShopAsync();
        OrdersOnly = await Host.KeyAsync(scopes: ["orders"]);
        OtherKey = await Host.ShopAsync("shop-2");
        HeldKey = await ShopAsync("shop-held", ""","holdAbove":"20.00" """);
        await Host.CreateAsync("/v1/admin/storefronts", """{"code":"shop-poor","name":"poor","settlement":"prepaid"}""");
        PoorKey = await Host.KeyAsync("storefront:shop-poor");
    }

    /// <summary>A reference no other test has.</summary>
    public string Reference() => $"R-{Interlocked.Increment(ref _references)}";

    public static string Body(string reference, string sku = "VIP", int quantity = 1, string line = "", string order = "") =>
        $$$"""{"clientReference":"{{{reference}}}","currency":"CNY","lines":[{"sku":"{{{sku}}}","quantity":{{{quantity}}}{{{line}}}}]{{{order}}}}""";

    public Task<HttpResponseMessage> PlaceAsync(string body, string? key = null, string query = "") => Host.PostAsync($"/v1/orders{query}", key ?? Key, body);

    /// <summary>An order that is there now.</summary>
    public async Task<JsonElement> PlacedAsync(string body, string? key = null, string query = "", HttpStatusCode expected = HttpStatusCode.Created)
    {
        using var answer = await PlaceAsync(body, key, query);
        var order = await answer.JsonAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {order}");
        return order;
    }

    /// <summary>What the audit says was done to an order, newest first.</summary>
    public async Task<IReadOnlyList<(string Action, string Actor, string? After)>> AuditAsync(string orderId)
    {
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(Host.Folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        return [.. await Dapper.SqlMapper.QueryAsync<(string, string, string?)>(
            database, "SELECT action, actor, after FROM audit_entries WHERE subject = @subject ORDER BY id DESC", new { subject = $"order:{orderId}" })];
    }

    /// <summary>Meddles with the database beside the host.</summary>
    public async Task ExecuteAsync(string sql)
    {
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(Host.Folder, "fulfilment.db")};Pooling=False");
        await Dapper.SqlMapper.ExecuteAsync(database, sql);
    }

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();

    private async Task<string> ShopAsync(string code, string more)
    {
        await Host.StorefrontAsync(code, more: more);
        return await Host.KeyAsync($"storefront:{code}");
    }

    private async Task StockAsync(string sku, int count, string expiresOn)
    {
        using var imported = await Host.ImportAsync(sku, ["number,secret,expiresOn", .. Enumerable.Range(0, count).Select(i => $"{sku}-N{i:D4},{sku}-S{i:D4},{expiresOn}")]);
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
    }
}
