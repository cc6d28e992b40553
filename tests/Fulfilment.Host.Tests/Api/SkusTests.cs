using System.Net;
using System.Text.Json;
using Dapper;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Api;

public sealed class SkusTests : IAsyncLifetime
{
    private TestHost _host = null!;
    private string _key = "";

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        _key = await _host.ShopAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Sku_HasTheDocumentedFields_AndNoneOfOurs()
    {
        await _host.SkuAsync(more: ""","brand":"b","duration":"1 month","redeemUrl":"https://example.com/","faceValue":"15.00" """);

        var sku = await OkAsync("/v1/skus/VIDEO-VIP-1M");

        Assert.Equal(
            [
                "brand", "category", "code", "components", "currency", "description", "duration", "faceValue", "imageUrl", "inputs", "instructions", "kind", "maxPerOrder",
                "minPerOrder", "name", "onShelf", "price", "recipientMode", "recipientPattern", "redeemUrl", "stock", "updatedAt",
            ],
            sku.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
        Assert.Equal(("12.50", "15.00", "cardKey", "optional"), (Text(sku, "price"), Text(sku, "faceValue"), Text(sku, "kind"), Text(sku, "recipientMode")));
        Assert.Equal(sku.GetRawText(), Assert.Single(await ListAsync("")).GetRawText());
    }

    [Fact]
    public async Task Bundle_ShowsItsComponents_AndWhatTheScarcestOfThemSufficesFor()
    {
        await _host.SkuAsync("A");
        await _host.SkuAsync("B");
        await _host.CreateAsync("/v1/admin/skus", """{"code":"SUPPLIED","name":"S","currency":"CNY","price":"1.00","routes":[{"source":"pool"},{"source":"manual"}]}""");
        await _host.CreateAsync("/v1/admin/skus", """
            {"code":"PACK","name":"PACK","kind":"bundle","currency":"CNY","price":"20.00",
             "components":[{"sku":"A","quantity":2},{"sku":"B"},{"sku":"SUPPLIED"}],"supply":{"approveManual":true}}
            """);
        using (var imported = await _host.ImportAsync("A", ["secret", "A-1", "A-2", "A-3", "A-4", "A-5"]))
        using (var others = await _host.ImportAsync("B", ["secret", "B-1", "B-2", "B-3"]))
        {
            Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (imported.StatusCode, others.StatusCode));
        }

        var pack = await OkAsync("/v1/skus/PACK");

        Assert.Equal("""[{"sku":"A","quantity":2},{"sku":"B","quantity":1},{"sku":"SUPPLIED","quantity":1}]""", pack.GetProperty("components").GetRawText());
        Assert.Equal("low", Text(pack, "stock"));
        using var exact = await _host.GetAsync("/v1/skus/PACK", TestHost.OperatorKey);
        Assert.Equal(2, (await exact.JsonAsync()).GetProperty("stock").GetInt32());
        using var shown = await _host.GetAsync("/v1/admin/skus/PACK", TestHost.OperatorKey);
        Assert.Equal("""{"order":"priority","allowLoss":false,"waitMinutes":15,"approveManual":true}""", (await shown.JsonAsync()).GetProperty("supply").GetRawText());
    }

    [Fact]
    public async Task OffShelfOrUnknownSku_IsNotThere()
    {
        await _host.SkuAsync("ON");
        await _host.SkuAsync("OFF", more: ""","onShelf":false""");

        Assert.Equal("ON", Text(Assert.Single(await ListAsync("")), "code"));
        foreach (var code in new[] { "OFF", "nothing", "on" })
        {
            using var answer = await _host.GetAsync($"/v1/skus/{code}", _key);
            await answer.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        }
    }

    [Fact]
    public async Task UpdatedSince_ShowsWhatChangedThenOrLater()
    {
        await _host.SkuAsync("A");
        await _host.SkuAsync("B");
        using (await _host.SendAsync(HttpMethod.Patch, "/v1/admin/skus/A", TestHost.OperatorKey, """{"price":"1"}"""))
        {
        }

        var changedAt = Text(await OkAsync("/v1/skus/A"), "updatedAt");

        Assert.Equal(["B", "A"], (await ListAsync("")).Select(sku => Text(sku, "code")));
        Assert.Equal(["A"], (await ListAsync($"?updatedSince={changedAt}")).Select(sku => Text(sku, "code")));
        Assert.Equal(["B", "A"], (await ListAsync("?updatedSince=2020-01-01T00:00:00%2B08:00")).Select(sku => Text(sku, "code")));
        Assert.Empty(await ListAsync("?updatedSince=2099-01-01T00:00:00Z"));
    }

    [Theory]
    [InlineData("updatedSince=yesterday", "updatedSince")]
    [InlineData("updatedSince=2026-01-01", "updatedSince")]
    [InlineData("updatedSince=2026-01-01T00:00:00", "updatedSince")]
    [InlineData("updatedSince=2026-13-01T00:00:00Z", "updatedSince")]
    [InlineData("limit=201", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task BadQuery_IsRefused(string query, string param)
    {
        using var answer = await _host.GetAsync($"/v1/skus?{query}", _key);

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    [Theory]
    [InlineData(0, "\"out\"", "0")]
    [InlineData(1, "\"low\"", "1")]
    [InlineData(19, "\"low\"", "19")]
    [InlineData(20, "\"in\"", "20")]
    public async Task Stock_IsShownAsTheStorefrontIsSet(int available, string level, string exact)
    {
        await _host.SkuAsync();
        await StockAsync(available);

        var asLevel = (await OkAsync("/v1/skus/VIDEO-VIP-1M")).GetProperty("stock").GetRawText();
        using (await _host.SendAsync(HttpMethod.Patch, "/v1/admin/storefronts/shop-1", TestHost.OperatorKey, """{"stockDisplay":"exact"}"""))
        {
        }

        Assert.Equal(level, asLevel);
        Assert.Equal(exact, (await OkAsync("/v1/skus/VIDEO-VIP-1M")).GetProperty("stock").GetRawText());
    }

    [Fact]
    public async Task WhatIsNotKeptInStock_ShowsNone()
    {
        await _host.CreateAsync("/v1/admin/skus", """{"code":"M","name":"n","kind":"manual","currency":"CNY","price":"1"}""");

        Assert.Equal(JsonValueKind.Null, (await OkAsync("/v1/skus/M")).GetProperty("stock").ValueKind);
    }

    // A shop that asks for changes went on selling what had left the shelf. What was never on it is nobody's business yet.
    [Fact]
    public async Task UpdatedSince_TellsWhatHasLeftTheShelf()
    {
        await _host.CreateAsync("/v1/admin/skus", """{"code":"DRAFT","name":"n","currency":"CNY","price":"1","onShelf":false}""");
        await _host.CreateAsync("/v1/admin/skus", """{"code":"GOES","name":"n","currency":"CNY","price":"1"}""");
        var seen = (await ListAsync("")).Max(sku => Text(sku, "updatedAt"));
        foreach (var code in (string[])["DRAFT", "GOES"])
        {
            using var changed = await _host.SendAsync(HttpMethod.Patch, $"/v1/admin/skus/{code}", TestHost.OperatorKey, """{"onShelf":false,"price":"2"}""");
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        }

        var left = Assert.Single(await ListAsync($"?updatedSince={seen}"), sku => !sku.GetProperty("onShelf").GetBoolean());
        Assert.Equal("GOES", Text(left, "code"));
        Assert.DoesNotContain(await ListAsync(""), sku => Text(sku, "code") == "GOES");

        using (await _host.SendAsync(HttpMethod.Patch, "/v1/admin/skus/GOES", TestHost.OperatorKey, """{"price":"3"}"""))
        {
        }

        Assert.DoesNotContain(await ListAsync($"?updatedSince={Uri.EscapeDataString(DateTimeOffset.UtcNow.AddMinutes(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture))}"), sku => Text(sku, "code") == "GOES");
    }

    private async Task StockAsync(int available)
    {
        var database = _host.Services.GetRequiredService<IDatabase>();
        await database.WriteAsync(connection => connection.ExecuteAsync("""
            INSERT INTO batches (id, sku_id, status, unit_cost, currency, default_expires_on, owner, idempotency_key, processed, accepted, duplicate, rejected)
            SELECT 1, id, 20, 0, 'CNY', 3652058, 'operator:li', 'k', 0, 0, 0, 0 FROM skus;
            INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired) VALUES (1, 0, @available, 0, 0, 0, 0, 0);
            """, new { available }));
    }

    private async Task<JsonElement> OkAsync(string path)
    {
        using var answer = await _host.GetAsync(path, _key);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private async Task<List<JsonElement>> ListAsync(string query) => [.. (await OkAsync($"/v1/skus{query}")).GetProperty("data").EnumerateArray()];

    private static string? Text(JsonElement sku, string field) => sku.GetProperty(field).GetString();
}
