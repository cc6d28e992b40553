using System.Net;
using System.Text.Json;
using Fulfilment.Core.Sandbox;
using Microsoft.Extensions.DependencyInjection;
using static Fulfilment.Host.Tests.Sandbox.SandboxShop;

namespace Fulfilment.Host.Tests.Sandbox;

/// <summary>References, codes and lists in the sandbox behave as real ones do.</summary>
public sealed class SandboxOrderTests(SandboxShop shop) : IClassFixture<SandboxShop>
{
    [Fact]
    public async Task Reference_MakesOneOrder_AndOtherContentIsRefused()
    {
        var reference = shop.Reference();
        var first = await shop.PlacedAsync(Body(reference, "13900000001"));

        Assert.Equal(first.GetRawText(), (await shop.PlacedAsync(Body(reference, "13900000001"), HttpStatusCode.OK)).GetRawText());
        using (var other = await shop.PlaceAsync(Body(reference, "13900000002")))
        {
            await other.AssertProblemAsync(HttpStatusCode.Conflict, "reference_conflict", "/clientReference");
        }

        // Stored wins over every business refusal, as with real orders; so does a conflict.
        using (var unknown = await shop.PlaceAsync(Body(reference, sku: "TEST-OFF")))
        {
            await unknown.AssertProblemAsync(HttpStatusCode.Conflict, "reference_conflict", "/clientReference");
        }

        using var elsewhere = await shop.PlaceAsync(Body(reference, "13900000001"), key: shop.OtherKey);
        Assert.Equal(HttpStatusCode.Created, elsewhere.StatusCode);
    }

    [Fact]
    public async Task SameReferenceManyTimesAtOnce_MakesOneOrder()
    {
        var body = Body(shop.Reference(), quantity: 3);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var answer = await shop.PlaceAsync(body);
            return (answer.StatusCode, Id: (await answer.JsonAsync()).GetProperty("id").GetString());
        }));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Single(answers.Select(answer => answer.Id).Distinct());
    }

    [Fact]
    public async Task Codes_AreMadeUp_DifferentForEachUnit_AndTheSameEachTime()
    {
        var order = await shop.PlacedAsync(Body(shop.Reference(), quantity: 3), query: "?include=codes");
        var codes = order.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(unit => unit.GetProperty("code")).ToList();

        Assert.All(codes, code => Assert.Matches("^TEST-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}$", code.GetProperty("secret").GetString()));
        Assert.All(codes, code => Assert.StartsWith("TEST-", code.GetProperty("number").GetString(), StringComparison.Ordinal));
        Assert.Equal(3, codes.Select(code => code.GetProperty("secret").GetString()).Distinct().Count());
        Assert.Equal(order.GetRawText(), (await shop.ReadAsync(order, "?include=codes")).GetRawText());

        using var listed = await shop.Host.GetAsync($"/v1/orders/{order.GetProperty("id")}/codes", shop.Key);
        Assert.Equal(
            codes.Select(code => code.GetProperty("secret").GetString()),
            (await listed.JsonAsync()).GetProperty("data").EnumerateArray().Select(code => code.GetProperty("secret").GetString()));

        // Without the scope there are none, as with real ones; without asking neither, and a top-up has none at all.
        var plain = await shop.Host.KeyAsync(scopes: ["orders"], more: Test);
        using var forbidden = await shop.Host.GetAsync($"/v1/orders/{order.GetProperty("id")}/codes", plain);
        await forbidden.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.DoesNotContain("TEST-N", (await shop.ReadAsync(order)).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"code\"", (await shop.PlacedAsync(Body(shop.Reference(), "13900000000", "TEST-TOPUP"), query: "?include=codes")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_HasTheFiltersOfRealOrders_AndPages()
    {
        var key = await shop.Host.KeyAsync($"storefront:{await shop.Host.StorefrontAsync("shop-list")}", more: Test);
        var references = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            references.Insert(0, shop.Reference());
            using var placed = await shop.PlaceAsync(Body(references[0], i % 2 == 0 ? null : "13800000105", i == 3 ? "TEST-INPUT" : "TEST-CARD", line: i == 3 ? ""","inputs":{"server":"S1"}""" : ""), key: key);
            Assert.Equal(HttpStatusCode.Created, placed.StatusCode);
        }

        Assert.Equal(references, await ListAsync(key, "?limit=200"));
        Assert.Equal(references, await ListAsync(key, "?limit=3"));
        Assert.Equal([references[1], references[3], references[5]], await ListAsync(key, "?status=failed&limit=1"));
        Assert.Equal([references[3]], await ListAsync(key, "?sku=TEST-INPUT"));
        Assert.Equal([references[2]], await ListAsync(key, $"?clientReference={references[2]}"));
        Assert.Empty(await ListAsync(key, "?status=held"));
        Assert.Empty(await ListAsync(key, "?sku=VIDEO-VIP-1M"));
        Assert.Empty(await ListAsync(key, "?from=2030-01-01T00:00:00Z"));
        Assert.Equal(references, await ListAsync(key, "?to=2030-01-01T00:00:00Z"));

        using var misspelt = await shop.Host.GetAsync("/v1/orders?state=failed", key);
        await misspelt.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "state");
    }

    [Fact]
    public async Task Skus_AreTheBuiltInOnes_WithPriceAndStock()
    {
        using var answer = await shop.Host.GetAsync("/v1/skus", shop.Key);
        var skus = (await answer.JsonAsync()).GetProperty("data").EnumerateArray().ToDictionary(sku => sku.GetProperty("code").GetString()!);

        Assert.All(skus.Keys, code => Assert.StartsWith("TEST-", code, StringComparison.Ordinal));
        Assert.Equal(("10.00", "low"), (skus["TEST-CARD"].GetProperty("price").GetString(), skus["TEST-CARD"].GetProperty("stock").GetString()));
        Assert.Equal(("10.00", JsonValueKind.Null), (skus["TEST-PRICE"].GetProperty("price").GetString(), skus["TEST-TOPUP"].GetProperty("stock").ValueKind));
        Assert.DoesNotContain("TEST-OFF", skus.Keys);

        using var one = await shop.Host.GetAsync("/v1/skus/TEST-INPUT", shop.Key);
        Assert.Equal(skus["TEST-INPUT"].GetRawText(), (await one.JsonAsync()).GetRawText());
        using var none = await shop.Host.GetAsync("/v1/skus/TEST-OFF", shop.Key);
        await none.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task OldOrders_AreDeletedInPieces_AndTheirReferencesAreFree()
    {
        await using var shop = new SandboxShop();
        await shop.InitializeAsync();
        var store = shop.Host.Services.GetRequiredService<ISandboxStore>();
        var old = Body(shop.Reference(), "13900000000");
        await shop.PlacedAsync(old);
        await shop.PlacedAsync(Body(shop.Reference()));
        await shop.PlacedAsync(Body(shop.Reference()));
        var kept = shop.Reference();
        var cutoff = shop.Time.GetUtcNow();
        await shop.PlacedAsync(Body(kept));

        foreach (var deleted in (int[])[2, 1, 0])
        {
            Assert.Equal(deleted, await store.DeleteBeforeAsync(cutoff, 2));
        }

        Assert.Equal([kept], await ListAsync(shop.Host, shop.Key, ""));
        await shop.PlacedAsync(old);
    }

    private Task<List<string>> ListAsync(string key, string query) => ListAsync(shop.Host, key, query);

    private static async Task<List<string>> ListAsync(TestHost host, string key, string query)
    {
        var (found, cursor) = (new List<string>(), (string?)null);
        do
        {
            using var answer = await host.GetAsync($"/v1/orders{query}{(cursor is null ? "" : $"{(query.Length == 0 ? '?' : '&')}cursor={cursor}")}", key);
            var page = await answer.JsonAsync();
            Assert.True(answer.IsSuccessStatusCode, page.ToString());
            found.AddRange(page.GetProperty("data").EnumerateArray().Select(order => order.GetProperty("clientReference").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        return found;
    }
}
