using System.Net;
using System.Text.Json;
using static Fulfilment.Host.Tests.Orders.Shop;

namespace Fulfilment.Host.Tests.Orders;

/// <summary>A storefront's own money.</summary>
public sealed class AccountTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task Account_ShowsDepositsAndCharges_NewestFirst()
    {
        var key = await OpenAsync("rich", """{"code":"rich","name":"rich","settlement":"prepaid","holdAbove":"30.00"}""");
        var before = await DepositAsync("rich", "CNY", "100.00", "bank 1");
        var reference = shop.Reference();
        var order = await shop.PlacedAsync(Body(reference, quantity: 2), key);
        await DepositAsync("rich", "USD", "7.00", null);
        await shop.PlacedAsync(Body(shop.Reference(), quantity: 3), key, expected: HttpStatusCode.Accepted);

        var account = await GetAsync("/v1/account", key);
        Assert.Equal("prepaid", account.GetProperty("settlement").GetString());
        Assert.Equal(
            ["""{"currency":"CNY","balance":"75.00","held":"37.50","creditLimit":"0.00","available":"37.50"}""", """{"currency":"USD","balance":"7.00","held":"0.00","creditLimit":"0.00","available":"7.00"}"""],
            account.GetProperty("wallets").EnumerateArray().Select(wallet => wallet.GetRawText()));

        var entries = await EntriesAsync(key, "");
        Assert.Equal([("deposit", "7.00", "USD"), ("sale", "-25.00", "CNY"), ("deposit", "100.00", "CNY")], entries.Select(Short));
        Assert.Equal((reference, order.GetProperty("id").GetString()), (entries[1].GetProperty("clientReference").GetString(), entries[1].GetProperty("orderId").GetString()));
        Assert.Equal("bank 1", entries[2].GetProperty("reference").GetString());
        Assert.Equal(before.GetProperty("id").GetString(), entries[2].GetProperty("id").GetString());

        var time = entries[1].GetProperty("at").GetString();
        Assert.Equal(["-25.00", "100.00"], (await EntriesAsync(key, "?currency=CNY")).Select(entry => entry.GetProperty("amount").GetString()));
        Assert.Equal(["100.00"], (await EntriesAsync(key, $"?to={time}")).Select(entry => entry.GetProperty("amount").GetString()));
        Assert.Equal(["7.00", "-25.00"], (await EntriesAsync(key, $"?from={time}")).Select(entry => entry.GetProperty("amount").GetString()));
        Assert.Empty(await EntriesAsync(key, "?currency=EUR"));
    }

    [Fact]
    public async Task Entries_ComePageByPage_AndAreTheStorefrontsOwn()
    {
        var key = await OpenAsync("paged", """{"code":"paged","name":"paged","creditLimit":"50.00"}""");
        Assert.Empty(await EntriesAsync(key, ""));
        Assert.Empty((await GetAsync("/v1/account", key)).GetProperty("wallets").EnumerateArray());
        for (var i = 0; i < 3; i++)
        {
            await shop.PlacedAsync(Body(shop.Reference()), key);
        }

        var first = await GetAsync("/v1/account/entries?limit=2", key);
        var rest = await GetAsync($"/v1/account/entries?limit=2&cursor={first.GetProperty("nextCursor").GetString()}", key);

        Assert.Equal((2, 1), (first.GetProperty("data").GetArrayLength(), rest.GetProperty("data").GetArrayLength()));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);
        Assert.Equal("50.00", (await GetAsync("/v1/account", key)).GetProperty("wallets")[0].GetProperty("creditLimit").GetString());
        using var byOperator = await shop.Host.GetAsync("/v1/account", TestHost.OperatorKey);
        await byOperator.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        using var bad = await shop.Host.GetAsync("/v1/account/entries?from=today", key);
        await bad.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "from");
    }

    private async Task<string> OpenAsync(string code, string json)
    {
        await shop.Host.CreateAsync("/v1/admin/storefronts", json);
        return await shop.Host.KeyAsync($"storefront:{code}");
    }

    private async Task<JsonElement> DepositAsync(string storefront, string currency, string amount, string? reference)
    {
        using var answer = await shop.Host.PostAsync(
            $"/v1/admin/storefronts/{storefront}/deposits", TestHost.OperatorKey, $$"""{"amount":"{{amount}}","currency":"{{currency}}","reference":{{(reference is null ? "null" : $"\"{reference}\"")}}}""", ("Idempotency-Key", Guid.NewGuid().ToString()));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private async Task<List<JsonElement>> EntriesAsync(string key, string query) =>
        [.. (await GetAsync($"/v1/account/entries{query}", key)).GetProperty("data").EnumerateArray()];

    private async Task<JsonElement> GetAsync(string path, string key)
    {
        using var answer = await shop.Host.GetAsync(path, key);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private static (string?, string?, string?) Short(JsonElement entry) =>
        (entry.GetProperty("kind").GetString(), entry.GetProperty("amount").GetString(), entry.GetProperty("currency").GetString());
}
