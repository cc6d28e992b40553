using System.Globalization;
using System.Net;
using System.Text.Json;
using static Fulfilment.Host.Tests.Sandbox.SandboxShop;

namespace Fulfilment.Host.Tests.Sandbox;

/// <summary>The account and a person's benefits follow from the sandbox orders.</summary>
public sealed class SandboxAccountTests(SandboxShop shop) : IClassFixture<SandboxShop>
{
    [Fact]
    public async Task Account_HasThePlayMoney_WhateverWasBought()
    {
        await shop.PlacedAsync(Body(shop.Reference(), quantity: 3));

        using var answer = await shop.Host.GetAsync("/v1/account", shop.Key);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var account = await answer.JsonAsync();
        Assert.Equal(
            """{"settlement":"prepaid","wallets":[{"currency":"CNY","balance":"10000.00","held":"0.00","creditLimit":"0.00","available":"10000.00"},{"currency":"USD","balance":"10000.00","held":"0.00","creditLimit":"0.00","available":"10000.00"}],"sandbox":true}""",
            account.GetRawText());
        using var live = await shop.Host.GetAsync("/v1/account", shop.LiveKey);
        Assert.DoesNotContain("sandbox", (await live.JsonAsync()).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_FollowFromTheOrders()
    {
        var key = await shop.Host.KeyAsync($"storefront:{await shop.Host.StorefrontAsync("shop-entries")}", scopes: ["orders", "codes", "afterSales"], more: Test);
        var start = shop.Time.GetUtcNow();
        var sold = await PlacedAsync(key, quantity: 3);
        await PlacedAsync(key, "13800000105");
        await PlacedAsync(key, "13800000106", quantity: 4);
        await PlacedAsync(key, "13800000109");
        var later = await PlacedAsync(key, "13800000102", quantity: 2);
        await PlacedAsync(key, sku: "TEST-USD", currency: "USD");
        string[] atFirst = ["-2.00 USD", "-20.00", "-20.00", "-30.00"];
        Assert.Equal(atFirst, await EntriesAsync(key, ""));

        await shop.PassAsync(TimeSpan.FromSeconds(60));
        var from = Uri.EscapeDataString(shop.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        using (var refunded = await shop.AskAsync(sold, UnitIds(sold)[..2], "refund", caller: key))
        {
            Assert.Equal(HttpStatusCode.Created, refunded.StatusCode);
        }

        string[] all = ["-2.00 USD", "20.00", "-20.00", "-20.00", "20.00", "-30.00"];
        Assert.Equal(all, await EntriesAsync(key, ""));
        Assert.Equal(all, await EntriesAsync(key, "?limit=1"));
        Assert.Equal(all[1..], await EntriesAsync(key, "?currency=CNY&limit=2"));
        Assert.Equal(["20.00"], await EntriesAsync(key, $"?from={from}"));
        Assert.Equal(all.Length - 1, (await EntriesAsync(key, $"?to={from}")).Count);

        using var answer = await shop.Host.GetAsync("/v1/account/entries", key);
        var entries = (await answer.JsonAsync()).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(entries.Count, entries.Select(entry => entry.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(entries, entry => Assert.StartsWith("trf_", entry.GetProperty("id").GetString(), StringComparison.Ordinal));
        Assert.All(entries, entry => Assert.True(entry.GetProperty("sandbox").GetBoolean()));
        Assert.Equal(later.GetProperty("clientReference").GetString(), entries[1].GetProperty("clientReference").GetString());
        Assert.Equal(("refund", later.GetProperty("createdAt").GetDateTimeOffset().AddSeconds(10)), (entries[1].GetProperty("kind").GetString(), entries[1].GetProperty("at").GetDateTimeOffset()));
        Assert.All(entries, entry => Assert.InRange(entry.GetProperty("at").GetDateTimeOffset(), start, shop.Time.GetUtcNow()));
        using var bad = await shop.Host.GetAsync("/v1/account/entries?from=nonsense", key);
        await bad.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "from");
    }

    [Fact]
    public async Task Benefits_AreFoundByRecipientAndBuyer_OfThisStorefrontsPlayAlone()
    {
        const string Buyer = ""","buyer":{"reference":"u-77"}""";
        var first = await shop.PlacedAsync(Body(shop.Reference(), "13912340001", quantity: 2, order: Buyer));
        var second = await shop.PlacedAsync(Body(shop.Reference(), "13912340001"));
        await shop.PlacedAsync(Body(shop.Reference(), "13912340002"));
        using (var replaced = await shop.AskAsync(second, UnitIds(second)))
        {
            Assert.Equal(HttpStatusCode.Created, replaced.StatusCode);
        }

        var found = await BenefitsAsync(shop.Key, """{"recipient":" 13912340001 "}""", limit: 200);
        Assert.Equal(["delivered", "replaced", "delivered", "delivered"], found.Select(benefit => benefit.GetProperty("status").GetString()));
        Assert.Equal(UnitIds(second)[0], found[0].GetProperty("replacesUnitId").GetString());
        Assert.Equal(UnitIds(first)[1], found[2].GetProperty("unitId").GetString());
        Assert.All(found, benefit => Assert.Equal(("139****0001", "TEST-CARD", true), (benefit.GetProperty("recipient").GetString(), benefit.GetProperty("sku").GetString(), benefit.GetProperty("sandbox").GetBoolean())));
        Assert.DoesNotContain("TEST-N", string.Concat(found), StringComparison.Ordinal);
        Assert.Equal(found.Select(benefit => benefit.GetRawText()), (await BenefitsAsync(shop.Key, """{"recipient":"13912340001"}""", limit: 1)).Select(benefit => benefit.GetRawText()));
        Assert.Equal(found[2..].Select(benefit => benefit.GetRawText()), (await BenefitsAsync(shop.Key, """{"buyerReference":"u-77"}""", limit: 1)).Select(benefit => benefit.GetRawText()));

        Assert.Empty(await BenefitsAsync(shop.OtherKey, """{"recipient":"13912340001"}""", limit: 50));
        Assert.Empty(await BenefitsAsync(shop.LiveKey, """{"recipient":"13912340001"}""", limit: 50));
        using var both = await shop.Host.PostAsync("/v1/benefits/search", shop.Key, """{"recipient":"a","buyerReference":"b"}""");
        await both.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "");
    }

    private async Task<JsonElement> PlacedAsync(string key, string? recipient = null, string sku = "TEST-CARD", int quantity = 1, string currency = "CNY")
    {
        using var answer = await shop.PlaceAsync(Body(shop.Reference(), recipient, sku, quantity).Replace("CNY", currency, StringComparison.Ordinal), key: key);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
        return await answer.JsonAsync();
    }

    private async Task<List<string>> EntriesAsync(string key, string query)
    {
        var found = await PagesAsync(cursor => shop.Host.GetAsync($"/v1/account/entries{query}{(cursor is null ? "" : $"{(query.Length == 0 ? "?" : "&")}cursor={cursor}")}", key));
        return found.ConvertAll(entry => entry.GetProperty("amount").GetString() + (entry.GetProperty("currency").GetString() == "CNY" ? "" : " " + entry.GetProperty("currency").GetString()));
    }

    private Task<List<JsonElement>> BenefitsAsync(string key, string body, int limit) =>
        PagesAsync(cursor => shop.Host.PostAsync($"/v1/benefits/search?limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}", key, body));

    private async Task<List<JsonElement>> PagesAsync(Func<string?, Task<HttpResponseMessage>> read)
    {
        var found = new List<JsonElement>();
        string? cursor = null;
        do
        {
            shop.Reference();
            using var answer = await read(cursor);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var page = await answer.JsonAsync();
            found.AddRange(page.GetProperty("data").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null && found.Count < 100);

        return found;
    }
}
