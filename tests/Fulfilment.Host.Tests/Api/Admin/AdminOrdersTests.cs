using System.Net;
using System.Text;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Api.Admin;

/// <summary>How an operator finds held orders and decides on them.</summary>
public sealed class AdminOrdersTests : IAsyncLifetime
{
    private TestHost _host = null!;
    private string _key = "";

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.SkuAsync();
        await _host.StorefrontAsync(more: ""","holdAbove":"20.00" """);
        _key = await _host.KeyAsync();
        await StockAsync("CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-5", "CODE-6");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Release_DeliversTheCodes_AndChargesTheStorefront()
    {
        var held = await PlaceAsync("A-1", quantity: 2, HttpStatusCode.Accepted);

        var released = await OkAsync(await DecideAsync(held, "release"));

        Assert.Equal("fulfilled", released.GetProperty("status").GetString());
        Assert.Equal("shop-1", released.GetProperty("storefront").GetString());
        Assert.DoesNotContain("CODE-", released.GetRawText(), StringComparison.Ordinal);
        var codes = await OkAsync(await _host.GetAsync($"/v1/orders/{held}/codes", _key));
        Assert.Equal(2, codes.GetProperty("data").GetArrayLength());
        Assert.Equal("-25.00", await BalanceAsync("balance"));
        Assert.Equal("0.00", await BalanceAsync("held"));
    }

    [Fact]
    public async Task Reject_GivesCodesAndMoneyBack()
    {
        var held = await PlaceAsync("A-1", quantity: 2, HttpStatusCode.Accepted);
        Assert.Equal("25.00", await BalanceAsync("held"));

        var rejected = await OkAsync(await DecideAsync(held, "reject"));

        Assert.Equal("cancelled", rejected.GetProperty("status").GetString());
        Assert.Equal("0.00", await BalanceAsync("held"));
        Assert.Equal("0.00", await BalanceAsync("balance"));
        await PlaceAsync("A-2", quantity: 1, HttpStatusCode.Created);
        var stock = await OkAsync(await _host.GetAsync("/v1/inventory/stock?sku=VIDEO-VIP-1M", TestHost.OperatorKey));
        Assert.Equal(5, stock.GetProperty("available").GetInt32());
        Assert.Equal(0, stock.GetProperty("reserved").GetInt32());
    }

    [Theory]
    [InlineData("release")]
    [InlineData("reject")]
    public async Task SecondDecision_IsRefused(string second)
    {
        var held = await PlaceAsync("A-1", quantity: 2, HttpStatusCode.Accepted);
        await OkAsync(await DecideAsync(held, "release"));

        using var answer = await DecideAsync(held, second);

        await answer.AssertProblemAsync(HttpStatusCode.Conflict, "not_held");
    }

    [Theory]
    [InlineData("/v1/admin/orders/ord_0000000000001")]
    [InlineData("/v1/admin/orders/nonsense")]
    public async Task UnknownOrder_IsNotFound(string path)
    {
        using var shown = await _host.GetAsync(path, TestHost.OperatorKey);
        await shown.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var released = await _host.SendAsync(HttpMethod.Post, path + "/release", TestHost.OperatorKey);
        await released.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var rejected = await _host.SendAsync(HttpMethod.Post, path + "/reject", TestHost.OperatorKey);
        await rejected.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task List_FindsHeldOrdersAlone_PageByPage()
    {
        await PlaceAsync("A-1", quantity: 1, HttpStatusCode.Created);
        var first = await PlaceAsync("A-2", quantity: 2, HttpStatusCode.Accepted);
        var second = await PlaceAsync("A-3", quantity: 2, HttpStatusCode.Accepted);

        var page = await OkAsync(await _host.GetAsync("/v1/admin/orders?status=held&limit=1", TestHost.OperatorKey));
        var next = await OkAsync(await _host.GetAsync($"/v1/admin/orders?status=held&limit=1&cursor={page.GetProperty("nextCursor").GetString()}", TestHost.OperatorKey));
        var all = await OkAsync(await _host.GetAsync("/v1/admin/orders?storefront=shop-1", TestHost.OperatorKey));

        Assert.Equal([second], Ids(page));
        Assert.Equal([first], Ids(next));
        Assert.Equal(JsonValueKind.Null, next.GetProperty("nextCursor").ValueKind);
        Assert.Equal(3, Ids(all).Count);
    }

    [Theory]
    [InlineData("status=waiting", "status")]
    [InlineData("storefront=shop-9", "storefront")]
    [InlineData("limit=0", "limit")]
    [InlineData("state=held", "state")]
    [InlineData("status=held&status=failed", "status")]
    public async Task List_RefusesWhatItCannotRead(string query, string param)
    {
        using var answer = await _host.GetAsync($"/v1/admin/orders?{query}", TestHost.OperatorKey);

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    [Fact]
    public async Task Storefront_MayNotDecide()
    {
        var held = await PlaceAsync("A-1", quantity: 2, HttpStatusCode.Accepted);

        using var answer = await _host.SendAsync(HttpMethod.Post, $"/v1/admin/orders/{held}/release", _key);

        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Decision_IsAudited()
    {
        var held = await PlaceAsync("A-1", quantity: 2, HttpStatusCode.Accepted);
        await OkAsync(await DecideAsync(held, "release"));

        var audit = await OkAsync(await _host.GetAsync($"/v1/admin/audit?subject=order:{held}", TestHost.OperatorKey));

        var entry = Assert.Single(audit.GetProperty("data").EnumerateArray());
        Assert.Equal("order.released", entry.GetProperty("action").GetString());
        Assert.Equal("operator:bootstrap", entry.GetProperty("actor").GetString());
        Assert.Equal("""{"status":"held","version":1}""", entry.GetProperty("before").GetRawText());
        Assert.Equal("""{"status":"fulfilled","version":2}""", entry.GetProperty("after").GetRawText());
    }

    private async Task StockAsync(params string[] secrets)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/inventory/batches?sku=VIDEO-VIP-1M&unitCost=10.00", UriKind.Relative));
        request.Headers.Add("Authorization", $"Bearer {TestHost.OperatorKey}");
        request.Headers.Add("Idempotency-Key", "stock-1");
        request.Content = new StringContent("secret\n" + string.Join('\n', secrets), Encoding.UTF8, "text/csv");
        using var answer = await _host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private async Task<string> PlaceAsync(string reference, int quantity, HttpStatusCode status)
    {
        using var answer = await _host.PostAsync(
            "/v1/orders", _key, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"VIDEO-VIP-1M","quantity":{{quantity}}}]}""");
        var body = await answer.JsonAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        return body.GetProperty("id").GetString()!;
    }

    private Task<HttpResponseMessage> DecideAsync(string order, string decision) =>
        _host.SendAsync(HttpMethod.Post, $"/v1/admin/orders/{order}/{decision}", TestHost.OperatorKey);

    private async Task<string?> BalanceAsync(string field)
    {
        var storefront = await OkAsync(await _host.GetAsync("/v1/admin/storefronts/shop-1", TestHost.OperatorKey));
        return storefront.GetProperty("wallets")[0].GetProperty(field).GetString();
    }

    private static async Task<JsonElement> OkAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var body = await answer.JsonAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode}: {body}");
            return body;
        }
    }

    private static List<string?> Ids(JsonElement list) => [.. list.GetProperty("data").EnumerateArray().Select(order => order.GetProperty("id").GetString())];
}
