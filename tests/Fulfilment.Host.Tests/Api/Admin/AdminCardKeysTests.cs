using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Api.Admin;

/// <summary>The support desk's view of a card key, and batches taken out of sale, over HTTP.</summary>
public sealed class AdminCardKeysTests : IAsyncLifetime
{
    private TestHost _host = null!;
    private string _key = null!;
    private string _batch = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.SkuAsync("ONE");
        _key = await _host.ShopAsync();
        using var imported = await _host.ImportAsync("ONE", ["number,secret", "N-1,S-1", "N-2,S-2", "N-2,S-3", ",S-4"]);
        _batch = (await imported.JsonAsync()).GetProperty("id").GetString()!;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task SoldKey_IsFoundByWhatStandsOnTheCard_WithItsOrderAndCustody()
    {
        using var order = await _host.PostAsync("/v1/orders?include=codes", _key, """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"ONE","quantity":1}]}""");
        var placed = await order.JsonAsync();

        var byCode = await FoundAsync("""{"number":"N 1","secret":"S1"}""");
        var byNumber = await FoundAsync("""{"number":"N-1"}""");
        var key = Assert.Single(byCode);
        Assert.Equal(key.GetRawText(), Assert.Single(byNumber).GetRawText());
        Assert.Equal(key.GetRawText(), Assert.Single(await FoundAsync($$"""{"id":"{{key.GetProperty("id").GetString()}}"}""")).GetRawText());
        Assert.Equal(("ONE", _batch, "delivered"), (key.GetProperty("sku").GetString(), key.GetProperty("batchId").GetString(), key.GetProperty("state").GetString()));
        Assert.Equal(placed.GetProperty("id").GetString(), key.GetProperty("heldBy").GetProperty("orderId").GetString());
        Assert.Equal("A-1", key.GetProperty("heldBy").GetProperty("clientReference").GetString());
        Assert.True(key.GetProperty("custodyVerified").GetBoolean());
        Assert.True(Assert.Single(key.GetProperty("custody").EnumerateArray()).GetProperty("verified").GetBoolean());
        Assert.DoesNotContain("S-1", key.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("N-1", key.GetRawText(), StringComparison.Ordinal);

        using var audit = await _host.GetAsync($"/v1/admin/audit?subject=cardKey:{key.GetProperty("id").GetString()}", TestHost.OperatorKey);
        var entries = (await audit.JsonAsync()).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(3, entries.Count);
        Assert.All(entries, entry => Assert.Equal("card_key.searched", entry.GetProperty("action").GetString()));

        using var holders = await _host.GetAsync($"/v1/inventory/batches/{_batch}/orders", TestHost.OperatorKey);
        var holder = Assert.Single((await holders.JsonAsync()).GetProperty("data").EnumerateArray());
        Assert.Equal(key.GetProperty("id").GetString(), holder.GetProperty("cardKeyId").GetString());
        Assert.Equal(placed.GetProperty("id").GetString(), holder.GetProperty("orderId").GetString());
    }

    [Fact]
    public async Task Number_MayFindSeveral_AndUnknownOnesNothing()
    {
        Assert.Equal(2, (await FoundAsync("""{"number":"N2"}""")).Count);
        Assert.Single(await FoundAsync("""{"secret":"S-4"}"""));
        Assert.Empty(await FoundAsync("""{"secret":"S-1"}"""));
        Assert.Empty(await FoundAsync("""{"number":"N-9"}"""));
        Assert.Empty(await FoundAsync("""{"id":"crd_0000000000001"}"""));
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"id":"crd_0000000000001","number":"N-1"}""", "")]
    [InlineData("""{"id":"bat_0000000000001"}""", "/id")]
    [InlineData("""{"secret":" "}""", "/secret")]
    [InlineData("""{"number":""}""", "/number")]
    public async Task BadSearch_IsRefused(string json, string param)
    {
        using var answer = await _host.PostAsync("/v1/admin/card-keys/search", TestHost.OperatorKey, json);
        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    [Fact]
    public async Task Key_IsFrozenUnfrozenAndVoided_EachOnce()
    {
        var id = Assert.Single(await FoundAsync("""{"number":"N-1"}""")).GetProperty("id").GetString();

        Assert.Equal("frozen", (await ChangeAsync(id!, "freeze")).GetProperty("state").GetString());
        Assert.Equal(1, (await StockAsync()).GetProperty("frozen").GetInt32());
        using (var again = await _host.PostAsync($"/v1/admin/card-keys/{id}/freeze", TestHost.OperatorKey, """{"reason":"x"}"""))
        {
            var problem = await again.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict");
            Assert.Contains("frozen", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal("available", (await ChangeAsync(id!, "unfreeze")).GetProperty("state").GetString());
        var voided = await ChangeAsync(id!, "void");
        Assert.Equal(["frozen", "available", "voided"], voided.GetProperty("custody").EnumerateArray().Select(entry => entry.GetProperty("state").GetString()));
        using var none = await _host.PostAsync("/v1/admin/card-keys/crd_0000000000001/void", TestHost.OperatorKey, """{"reason":"x"}""");
        await none.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var mute = await _host.PostAsync($"/v1/admin/card-keys/{id}/void", TestHost.OperatorKey, "{}");
        await mute.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/reason");
    }

    [Fact]
    public async Task FrozenBatch_CountsAsFrozen_AndIsOutOfStock()
    {
        using (var frozen = await _host.PostAsync($"/v1/inventory/batches/{_batch}/freeze", TestHost.OperatorKey, """{"reason":"complaints"}"""))
        {
            Assert.True((await frozen.JsonAsync()).GetProperty("frozen").GetBoolean());
        }

        var stock = await StockAsync();
        Assert.Equal((0, 4), (stock.GetProperty("available").GetInt32(), stock.GetProperty("frozen").GetInt32()));
        Assert.True(stock.GetProperty("batches")[0].GetProperty("isFrozen").GetBoolean());
        using (var order = await _host.PostAsync("/v1/orders", _key, """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"ONE","quantity":1}]}"""))
        {
            await order.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
        }

        using var back = await _host.PostAsync($"/v1/inventory/batches/{_batch}/unfreeze", TestHost.OperatorKey, """{"reason":"they are fine"}""");
        Assert.False((await back.JsonAsync()).GetProperty("frozen").GetBoolean());
        Assert.Equal(4, (await StockAsync()).GetProperty("available").GetInt32());
        using var again = await _host.PostAsync("/v1/orders", _key, """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"ONE","quantity":1}]}""");
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
    }

    [Fact]
    public async Task BatchOrders_ComePageByPage_NewestFirst()
    {
        for (var i = 0; i < 4; i++)
        {
            using var order = await _host.PostAsync("/v1/orders", _key, $$"""{"clientReference":"A-{{i}}","currency":"CNY","lines":[{"sku":"ONE","quantity":1}]}""");
            Assert.Equal(HttpStatusCode.Created, order.StatusCode);
        }

        var (seen, cursor) = (new List<string>(), "");
        do
        {
            using var page = await _host.GetAsync($"/v1/inventory/batches/{_batch}/orders?limit=3{cursor}", TestHost.OperatorKey);
            var list = await page.JsonAsync();
            seen.AddRange(list.GetProperty("data").EnumerateArray().Select(sold => sold.GetProperty("clientReference").GetString()!));
            cursor = list.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);

        Assert.Equal(["A-3", "A-2", "A-1", "A-0"], seen);
    }

    private async Task<JsonElement> StockAsync()
    {
        using var answer = await _host.GetAsync("/v1/inventory/stock?sku=ONE", TestHost.OperatorKey);
        return await answer.JsonAsync();
    }

    private async Task<JsonElement> ChangeAsync(string id, string how)
    {
        using var answer = await _host.PostAsync($"/v1/admin/card-keys/{id}/{how}", TestHost.OperatorKey, """{"reason":"a complaint"}""");
        var body = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body.ToString());
        return body;
    }

    private async Task<List<JsonElement>> FoundAsync(string json)
    {
        using var answer = await _host.PostAsync("/v1/admin/card-keys/search", TestHost.OperatorKey, json);
        var body = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body.ToString());
        return [.. body.GetProperty("data").EnumerateArray()];
    }
}
