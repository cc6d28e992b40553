using System.Net;
using System.Text;
using System.Text.Json;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Host.Tests.Suppliers;

/// <summary>A chain of distributors: a shop orders at one installation, which buys from another over our own contract.</summary>
public sealed class ChainTests : IAsyncLifetime
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    private TestHost _wholesaler = null!, _retailer = null!;
    private string _shop = null!;

    public async ValueTask InitializeAsync()
    {
        _wholesaler = await TestHost.StartAsync();
        _retailer = await TestHost.StartAsync();
        await _wholesaler.SkuAsync("VIP", "10.00");
        using var imported = await _wholesaler.ImportAsync("VIP", ["the-one-code"]);
        _shop = await _retailer.ShopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _retailer.DisposeAsync();
        await _wholesaler.DisposeAsync();
    }

    [Fact]
    public async Task Code_GoesFromTheWholesalersPoolToTheShop_AndIsPaidForOnce()
    {
        await BuyFromAsync(await _wholesaler.ShopAsync("retailer"));

        var order = await OrderedAsync("A-1");

        Assert.Equal("the-one-code", order.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("code").GetProperty("secret").GetString());
        var bought = Assert.Single(await WholesaleOrdersAsync());
        Assert.Equal(("fulfilled", "10.00"), (bought.GetProperty("status").GetString(), bought.GetProperty("amount").GetString()));
    }

    [Fact]
    public async Task Order_Fails_WhenTheWholesalerHasNoMore()
    {
        await BuyFromAsync(await _wholesaler.ShopAsync("retailer"));
        await OrderedAsync("A-1");

        var order = await OrderedAsync("A-2");

        Assert.Equal("failed", order.GetProperty("status").GetString());
        Assert.Single(await WholesaleOrdersAsync());
    }

    [Fact]
    public async Task HeldOrder_IsDelivered_WhenItsWebhookSaysThatThereIsNews()
    {
        await _wholesaler.StorefrontAsync("retailer", more: ""","holdAbove":"5.00" """);
        await BuyFromAsync(await _wholesaler.KeyAsync("storefront:retailer"), """ "timing": { "firstQueryAfterSeconds": 3600, "queryIntervalSeconds": 0.05 }, """);
        var placed = await PlaceAsync("A-1");
        await Patience.UntilAsync(async () => (await WholesaleOrdersAsync()).Count == 1);
        var held = Assert.Single(await WholesaleOrdersAsync());
        await Patience.UntilAsync(async () => await UnitStateAsync(placed) == "processing");

        using var released = await _wholesaler.PostAsync($"/v1/admin/orders/{held.GetProperty("id").GetString()}/release", TestHost.OperatorKey, "{}");
        Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        await TellAsync(held.GetProperty("clientReference").GetString()!);

        var order = await EndOfAsync(placed);
        Assert.Equal("the-one-code", order.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("code").GetProperty("secret").GetString());
    }

    private async Task BuyFromAsync(string key, string more = "")
    {
        await _retailer.CreateAsync("/v1/admin/suppliers", $$$"""
            {"code":"wholesaler","name":"Wholesaler","adapter":"contract",
             "settings":{ {{{more}}} "baseUrl":"{{{_wholesaler.Client.BaseAddress}}}","secrets":{"apiKey":"{{{key}}}","webhookSecret":"{{{Secret}}}"} } }
            """);
        await _retailer.CreateAsync("/v1/admin/skus", """
            {"code":"MINE","name":"Mine","kind":"cardKey","currency":"CNY","price":"12.50",
             "routes":[{"source":"supplier","supplier":"wholesaler","supplierSku":"VIP","unitCost":"10.00"}]}
            """);
    }

    private async Task<JsonElement> OrderedAsync(string reference) => await EndOfAsync(await PlaceAsync(reference));

    private async Task<string> PlaceAsync(string reference)
    {
        using var answer = await _retailer.PostAsync("/v1/orders", _shop, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"MINE","quantity":1}]}""");
        var order = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{(int)answer.StatusCode}: {order}");
        return order.GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> EndOfAsync(string id)
    {
        await Patience.UntilAsync(async () => (await OrderAsync(id)).GetProperty("status").GetString() != "processing", () => _retailer.Log.Text);
        return await OrderAsync(id, "?include=codes");
    }

    private async Task<string?> UnitStateAsync(string id) => (await OrderAsync(id)).GetProperty("lines")[0].GetProperty("units")[0].GetProperty("status").GetString();

    private async Task<JsonElement> OrderAsync(string id, string query = "")
    {
        using var answer = await _retailer.GetAsync($"/v1/orders/{id}{query}", _shop);
        return await answer.JsonAsync();
    }

    private async Task<List<JsonElement>> WholesaleOrdersAsync()
    {
        using var answer = await _wholesaler.GetAsync("/v1/admin/orders", TestHost.OperatorKey);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }

    private async Task TellAsync(string reference)
    {
        Assert.True(WebhookSecret.TryParse(Secret, out var secret));
        var at = TimeProvider.System.GetUtcNow();
        var body = $$$"""{"type":"order.fulfilled","timestamp":"2026-03-01T08:00:00Z","data":{"orderId":"ord_1","clientReference":"{{{reference}}}","status":"fulfilled","version":2}}""";
        using var told = await _retailer.PostAsync(
            "/v1/suppliers/wholesaler/callbacks", null, body,
            (WebhookSignature.IdHeader, "msg_1"),
            (WebhookSignature.TimestampHeader, at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)),
            (WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, "msg_1", at, Encoding.UTF8.GetBytes(body))));
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
    }
}
