using System.Net;
using System.Text.Json;
using Fulfilment.Core.Sandbox;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Sandbox;
using Fulfilment.Host.Tests.Leaks;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using static Fulfilment.Host.Tests.Sandbox.SandboxShop;

namespace Fulfilment.Host.Tests.Sandbox;

/// <summary>What is real and what is play never meet.</summary>
public sealed class SandboxIsolationTests(SandboxShop shop) : IClassFixture<SandboxShop>
{
    private static readonly string[] Kinds = ["replacement", "refund"];

    [Fact]
    public async Task EveryOutcome_LeavesEveryRealTableAsItWas()
    {
        // Stock, money and an order there are, so that there is something to touch.
        await shop.Host.SkuAsync("REAL");
        using (var imported = await shop.Host.ImportAsync("REAL", ["secret", "REAL-1", "REAL-2"]))
        {
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        }

        using (var sold = await shop.PlaceAsync(Body(shop.Reference(), sku: "REAL"), key: shop.LiveKey))
        {
            Assert.Equal(HttpStatusCode.Created, sold.StatusCode);
        }

        var before = await shop.DumpRealTablesAsync();
        Assert.Contains("custody_entries", before, StringComparison.Ordinal);
        await PlayEverythingAsync();

        Assert.Equal(before, await shop.DumpRealTablesAsync());
    }

    [Fact]
    public async Task Endpoints_ThatSayNothingAboutTheSandbox_AreClosedToTestKeys()
    {
        var endpoints = shop.Host.Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<RequiredScope>() is not null).ToList();
        var closed = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<SandboxEndpoint>() is null).ToList();
        Assert.Contains(closed, endpoint => endpoint.RoutePattern.RawText == "/v1/admin/keys");
        Assert.Contains(closed, endpoint => endpoint.RoutePattern.RawText == "/v1/inventory/stock");

        foreach (var endpoint in closed)
        {
            shop.Reference();
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
            var path = string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part is RoutePatternLiteralPart literal ? literal.Content : "x"))));
            using var answer = await shop.Host.SendAsync(new HttpMethod(method), $"/{path}", shop.Key);
            await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
            Assert.Equal("true", answer.Headers.GetValues(SandboxGate.Header).Single());
        }
    }

    [Fact]
    public async Task RealAndPlay_DoNotSeeEachOther()
    {
        await shop.Host.SkuAsync("SEEN");
        using (await shop.Host.ImportAsync("SEEN", ["secret", "SEEN-1"]))
        {
        }

        var reference = shop.Reference();
        using var real = await shop.PlaceAsync(Body(reference, sku: "SEEN"), key: shop.LiveKey);
        Assert.Equal(HttpStatusCode.Created, real.StatusCode);
        Assert.False(real.Headers.Contains(SandboxGate.Header));
        var order = await real.JsonAsync();
        Assert.False(order.TryGetProperty("sandbox", out _));

        // The same reference in the sandbox is another order; neither key finds the other's.
        var play = await shop.PlacedAsync(Body(reference));
        (string Key, string Path)[] unseen =
        [
            (shop.Key, $"/v1/orders/{order.GetProperty("id")}"),
            (shop.Key, $"/v1/orders/{order.GetProperty("id")}/codes"),
            (shop.Key, "/v1/skus/SEEN"),
            (shop.LiveKey, $"/v1/orders/{play.GetProperty("id")}"),
            (shop.LiveKey, $"/v1/orders/{play.GetProperty("id")}/codes"),
            (shop.LiveKey, "/v1/skus/TEST-CARD"),
            (shop.OtherKey, $"/v1/orders/{play.GetProperty("id")}"),
            (TestHost.OperatorKey, $"/v1/admin/orders/{play.GetProperty("id")}"),
        ];
        foreach (var (key, path) in unseen)
        {
            using var missing = await shop.Host.GetAsync(path, key);
            await missing.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        }

        using var list = await shop.Host.GetAsync("/v1/orders", shop.LiveKey);
        Assert.DoesNotContain(play.GetProperty("id").GetString()!, await list.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var bought = await shop.PlaceAsync(Body(shop.Reference()), key: shop.LiveKey);
        await bought.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "unknown_sku", "/lines/0/sku");
        using var cancelled = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{order.GetProperty("id")}/cancel", shop.Key);
        await cancelled.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task TestSkus_CannotBeCreatedForReal()
    {
        foreach (var code in (string[])["TEST-CARD", "TEST-MINE", "test-mine"])
        {
            using var refused = await shop.Host.PostAsync("/v1/admin/skus", TestHost.OperatorKey, $$"""{"code":"{{code}}","name":"x","currency":"CNY","price":"1.00"}""");
            await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/code");
        }
    }

    [Fact]
    public async Task EveryAnswerToATestKey_IsMarked()
    {
        var gone = await shop.TestKeyAsync();
        using (var keys = await shop.Host.GetAsync("/v1/admin/keys?owner=storefront:shop-1&limit=1", TestHost.OperatorKey))
        {
            var id = (await keys.JsonAsync()).GetProperty("data")[0].GetProperty("id");
            using var revoked = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/admin/keys/{id}/revoke", TestHost.OperatorKey);
            Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        }

        (HttpMethod Method, string Path, string Key, int Status)[] calls =
        [
            (HttpMethod.Get, "/v1/skus", shop.Key, 200),
            (HttpMethod.Get, "/v1/orders?limit=0", shop.Key, 400),
            (HttpMethod.Get, "/v1/orders/nonsense", shop.Key, 404),
            (HttpMethod.Post, "/v1/orders", shop.Key, 415),
            (HttpMethod.Get, "/v1/admin/skus", shop.Key, 403),
            (HttpMethod.Get, "/v1/nothing", shop.Key, 404),
            (HttpMethod.Delete, "/v1/orders", shop.Key, 405),
            (HttpMethod.Get, "/v1/skus", gone, 401),
            (HttpMethod.Get, "/v1/nothing", gone, 404),
        ];
        foreach (var (method, path, key, status) in calls)
        {
            using var answer = await shop.Host.SendAsync(method, path, key);
            Assert.Equal((path, status, "true"), (path, (int)answer.StatusCode, answer.Headers.TryGetValues(SandboxGate.Header, out var mark) ? mark.Single() : ""));
        }

        using var live = await shop.Host.GetAsync("/v1/skus", shop.LiveKey);
        Assert.False(live.Headers.Contains(SandboxGate.Header));
    }

    [Fact]
    public async Task Play_TakesNothingFromTheStorefrontsRateLimit()
    {
        await shop.Host.StorefrontAsync("shop-slow", ratePerSecond: 2);
        var (live, test) = (await shop.Host.KeyAsync("storefront:shop-slow"), await shop.Host.KeyAsync("storefront:shop-slow", more: Test));
        for (var i = 0; i < 2; i++)
        {
            using var played = await shop.Host.GetAsync("/v1/skus", test);
            Assert.Equal(HttpStatusCode.OK, played.StatusCode);
        }

        using var limited = await shop.Host.GetAsync("/v1/skus", test);
        await limited.AssertProblemAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal("true", limited.Headers.GetValues(SandboxGate.Header).Single());
        using var real = await shop.Host.GetAsync("/v1/skus", live);
        Assert.Equal(HttpStatusCode.OK, real.StatusCode);
    }

    [Fact]
    public async Task RecipientsOfPlay_StandNowhere()
    {
        var answers = new List<string>();
        string[] recipients = ["13861239991", "zqplay@leak.example"];
        foreach (var body in recipients.Select(recipient => Body(shop.Reference(), recipient, order: ""","buyer":{"reference":"zqplaybuyer","contact":"zqplaycontact"},"metadata":{"shop":"visible-play"}""")))
        {
            answers.Add((await shop.PlacedAsync(body)).ToString());
            answers.Add((await shop.PlacedAsync(body, HttpStatusCode.OK)).ToString());
            using var conflict = await shop.PlaceAsync(body.Replace("\"quantity\":1", "\"quantity\":2", StringComparison.Ordinal));
            answers.Add((await conflict.AssertProblemAsync(HttpStatusCode.Conflict, "reference_conflict", "/clientReference")).ToString());
            using var refused = await shop.PlaceAsync(body.Replace("TEST-CARD", "TEST-OFF", StringComparison.Ordinal).Replace("\"T-", "\"U-", StringComparison.Ordinal));
            answers.Add((await refused.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "sku_off_shelf", "/lines/0/sku")).ToString());
        }

        var scan = new SecretScan([.. recipients, "zqplaybuyer", "zqplaycontact", shop.Key]);
        var found = scan.FindInFolder(shop.Host.Folder).Concat(scan.Find("log", shop.Host.Log.Text)).Concat(answers.SelectMany(answer => scan.Find("answer", answer))).ToList();

        Assert.True(found.Count == 0, string.Join('\n', found));
        Assert.NotEmpty(new SecretScan(["visible-play"]).FindInFolder(shop.Host.Folder));
        Assert.Contains("138****9991", string.Concat(answers), StringComparison.Ordinal);
    }

    private async Task PlayEverythingAsync()
    {
        var played = 0;
        foreach (var recipient in SandboxRecipients.Outcomes.Keys.Prepend("13900000000"))
        {
            foreach (var sku in SandboxSkus.Sold.Skus)
            {
                var body = Body(shop.Reference(), recipient, sku.Code, quantity: 2, order: ""","allowPartial":true""");
                for (var i = 0; i < 2; i++)
                {
                    try
                    {
                        using var answer = await shop.PlaceAsync(body, "?include=codes");
                        var order = await answer.JsonAsync();
                        if (answer.IsSuccessStatusCode)
                        {
                            played++;
                            using var codes = await shop.Host.GetAsync($"/v1/orders/{order.GetProperty("id")}/codes", shop.Key);
                            await PlayAfterSalesAsync(order);
                            using var cancelled = await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{order.GetProperty("id")}/cancel", shop.Key);
                        }
                    }
                    catch (HttpRequestException) when (recipient.EndsWith("504", StringComparison.Ordinal))
                    {
                        // The lost answer.
                    }
                }
            }
        }

        Assert.True(played > 50, $"{played} orders");
        await shop.PassAsync(SandboxCase.Wait);
        var cases = await shop.CasesAsync("?status=done&limit=200");
        Assert.True(cases.Count > 10, $"{cases.Count} cases");
        foreach (var path in (string[])["/v1/account", "/v1/account/entries?limit=200"])
        {
            using var read = await shop.Host.GetAsync(path, shop.Key);
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }

        using var benefits = await shop.Host.PostAsync("/v1/benefits/search", shop.Key, """{"recipient":"13900000000"}""");
        Assert.NotEmpty((await benefits.JsonAsync()).GetProperty("data").EnumerateArray());
        using var list = await shop.Host.GetAsync("/v1/orders?status=fulfilled", shop.Key);
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
    }

    private async Task PlayAfterSalesAsync(JsonElement order)
    {
        foreach (var (kind, unit) in Kinds.Zip(UnitIds(order)))
        {
            using var asked = await shop.AskAsync(order, [unit], kind);
            Assert.True((int)asked.StatusCode < 500, $"{(int)asked.StatusCode}");
        }
    }
}
