using System.Net;
using System.Text;
using System.Text.Json;
using Dapper;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>An order is placed, and its shop is told: real host, real HTTP.</summary>
[Trait("Engine", "Sqlite")]
public sealed class WebhookTests : IAsyncLifetime
{
    private WebhookShop _shop = null!;
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync()
    {
        _shop = await WebhookShop.StartAsync();
        _receiver = await Receiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task AnOrder_IsTold_SignedAndThin()
    {
        var endpoint = await _shop.EndpointAsync(_receiver.Url);

        var order = await _shop.BuyAsync(more: ""","metadata":{"shop":"主店"}""");

        await _receiver.UntilAsync(1);
        var webhook = _receiver.Received[0];
        Assert.Equal("order.fulfilled", webhook.Type);
        Assert.Equal(
            JsonSerializer.Serialize(new { orderId = order.GetProperty("id").GetString(), clientReference = "W-1", status = "fulfilled", version = 1, metadata = new { shop = "主店" } }),
            JsonSerializer.Serialize(webhook.Data));
        Assert.Equal(["type", "timestamp", "data"], webhook.Json.EnumerateObject().Select(property => property.Name));
        Assert.StartsWith("evt_", webhook.Id, StringComparison.Ordinal);
        Assert.Equal(WebhookVerdict.Genuine, Verify(webhook, Secret(endpoint)));
        Assert.DoesNotContain("CODE-", Encoding.UTF8.GetString(webhook.Body), StringComparison.Ordinal);
        var delivery = await _shop.UntilAsync(endpoint, one => one.GetProperty("status").GetString() == "delivered");
        Assert.Equal(204, delivery.GetProperty("answer").GetProperty("status").GetInt32());
        Assert.Equal(webhook.Id, delivery.GetProperty("eventId").GetString());
        Assert.Equal(JsonValueKind.Null, delivery.GetProperty("nextAttemptAt").ValueKind);
    }

    [Fact]
    public async Task OnlyWhatAnEndpointWants_IsSentToIt_AndOnlyOfItsStorefront()
    {
        var other = await _shop.Host.ShopAsync("shop-2");
        await _shop.EndpointAsync($"{_receiver.Url}/failures", """["order.failed"]""");
        await _shop.EndpointAsync($"{_receiver.Url}/other", key: other);
        await _shop.EndpointAsync($"{_receiver.Url}/all");

        await _shop.BuyAsync();
        await _shop.BuyAsync(other);

        await _receiver.UntilAsync(2);
        Assert.Equal(["/hook/all", "/hook/other"], _receiver.Received.Select(webhook => webhook.Path).Order());
    }

    [Fact]
    public async Task AfterARotation_BothSecretsSign_AndARotationMoreEndsTheOldest()
    {
        var endpoint = await _shop.EndpointAsync(_receiver.Url);
        var path = $"/v1/webhook-endpoints/{endpoint.GetProperty("id").GetString()}";
        var second = await _shop.PostAsync($"{path}/rotate");
        await _shop.BuyAsync();
        await _receiver.UntilAsync(1);
        Assert.Equal(WebhookVerdict.Genuine, Verify(_receiver.Received[0], Secret(endpoint)));
        Assert.Equal(WebhookVerdict.Genuine, Verify(_receiver.Received[0], Secret(second)));
        Assert.Equal(2, _receiver.Received[0].Signatures.Split(' ').Length);

        var third = await _shop.PostAsync($"{path}/rotate");
        await _shop.BuyAsync();
        await _receiver.UntilAsync(2);

        Assert.Equal(WebhookVerdict.WrongSignature, Verify(_receiver.Received[1], Secret(endpoint)));
        Assert.Equal(WebhookVerdict.Genuine, Verify(_receiver.Received[1], Secret(second)));
        Assert.Equal(WebhookVerdict.Genuine, Verify(_receiver.Received[1], Secret(third)));
        Assert.DoesNotContain("whsec", $"{await _shop.GetAsync(path)}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gone_PausesAtOnce_AlertsOnce_AndAResumedEndpointGetsWhatWaited()
    {
        // Of orders alone: what the shop was set up with may be told in these moments too.
        var endpoint = await _shop.EndpointAsync(_receiver.Url, """["order.fulfilled"]""");
        var path = $"/v1/webhook-endpoints/{endpoint.GetProperty("id").GetString()}";
        _receiver.AnswerWith(HttpStatusCode.Gone);
        await _shop.BuyAsync();
        await Patience.UntilAsync(async () => (await _shop.GetAsync(path)).GetProperty("status").GetString() == "paused");
        Assert.Equal("gone", (await _shop.GetAsync(path)).GetProperty("pauseReason").GetString());
        Assert.Equal("open", (await AlertAsync()).GetProperty("status").GetString());
        await _shop.BuyAsync();
        await _shop.UntilAsync(endpoint, one => one.GetProperty("attempts").GetInt32() == 0);

        _receiver.AnswerWith(HttpStatusCode.OK);
        Assert.Equal("active", (await _shop.PostAsync($"{path}/resume")).GetProperty("status").GetString());

        await _receiver.UntilAsync(3);
        Assert.Equal(2, _receiver.Received.Select(webhook => webhook.Id).Distinct().Count());
        await Patience.UntilAsync(async () => (await AlertAsync()).GetProperty("status").GetString() == "resolved");
        Assert.Equal(JsonValueKind.Null, (await _shop.GetAsync(path)).GetProperty("pausedAt").ValueKind);
    }

    [Fact]
    public async Task AReplay_SendsEverythingAgain_WithTheSameIds_AlsoToAnEndpointThatIsNew()
    {
        const string Types = """["order.fulfilled"]""";
        var first = await _shop.EndpointAsync($"{_receiver.Url}/first", Types);
        var from = DateTimeOffset.UtcNow.AddMinutes(-1);
        await _shop.BuyAsync();
        await _shop.BuyAsync();
        await _receiver.UntilAsync(2);
        await _shop.UntilAsync(first, one => one.GetProperty("status").GetString() == "delivered");
        await Patience.UntilAsync(async () => (await _shop.DeliveriesAsync(first)).All(one => one.GetProperty("status").GetString() == "delivered"));
        var second = await _shop.EndpointAsync($"{_receiver.Url}/second", Types);

        foreach (var endpoint in (JsonElement[])[first, second])
        {
            await _shop.PostAsync($"/v1/webhook-endpoints/{endpoint.GetProperty("id").GetString()}/replay", $$"""{"from":"{{from:yyyy-MM-ddTHH:mm:ssZ}}"}""", HttpStatusCode.Accepted);
        }

        await _receiver.UntilAsync(6);
        Assert.Equal(2, _receiver.Received.Select(webhook => webhook.Id).Distinct().Count());
        Assert.Equal(2, _receiver.Received.Where(webhook => webhook.Path.EndsWith("/second", StringComparison.Ordinal)).Select(webhook => webhook.Id).Distinct().Count());
    }

    [Fact]
    public async Task ATest_ShowsTheAnswer_WithoutControlCharacters_AndNoMoreThanAKilobyte()
    {
        var endpoint = await _shop.EndpointAsync(_receiver.Url);
        _receiver.AnswerWith(HttpStatusCode.InternalServerError, "\u001b[31m表不存在\0\n" + new string('x', 100_000));

        var answer = await _shop.PostAsync($"/v1/webhook-endpoints/{endpoint.GetProperty("id").GetString()}/test");

        Assert.Equal(500, answer.GetProperty("status").GetInt32());
        var text = answer.GetProperty("text").GetString()!;
        Assert.StartsWith(" [31m表不存在  xxx", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 900, 1024);
        Assert.Equal("endpoint.test", _receiver.Received[0].Type);
        Assert.Equal(WebhookVerdict.Genuine, Verify(_receiver.Received[0], Secret(endpoint)));
        Assert.Empty(await _shop.DeliveriesAsync(endpoint));
    }

    [Fact]
    public async Task Deleted_ItIsSentNothing_AndIsNotThere()
    {
        var endpoint = await _shop.EndpointAsync($"{_receiver.Url}/deleted");
        await _shop.EndpointAsync($"{_receiver.Url}/kept");
        var path = $"/v1/webhook-endpoints/{endpoint.GetProperty("id").GetString()}";
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        request.Headers.Add("Authorization", $"Bearer {_shop.Key}");
        using var deleted = await _shop.Host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        await _shop.BuyAsync();

        await _receiver.UntilAsync(1);
        Assert.Equal("/hook/kept", Assert.Single(_receiver.Received).Path);
        using var gone = await _shop.Host.GetAsync(path, _shop.Key);
        await gone.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Single((await _shop.GetAsync("/v1/webhook-endpoints")).GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"url":"ftp://shop.example/","types":null}""", "/url")]
    [InlineData("""{"url":"https://user@shop.example/","types":null}""", "/url")]
    [InlineData("""{"url":"not a url"}""", "/url")]
    [InlineData("""{"url":"https://shop.example/","types":["order.lost"]}""", "/types")]
    [InlineData("""{"url":"https://shop.example/","types":[]}""", "/types")]
    public async Task WhatIsNoEndpoint_IsRefused(string body, string param)
    {
        using var answer = await _shop.Host.PostAsync("/v1/webhook-endpoints", _shop.Key, body);

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    [Fact]
    public async Task AnotherStorefrontsEndpoint_IsNotThere_AndAnOperatorSeesAndResumesAll()
    {
        var id = (await _shop.EndpointAsync(_receiver.Url)).GetProperty("id").GetString();
        var other = await _shop.Host.ShopAsync("shop-2");
        foreach (var path in (string[])["/rotate", "/resume", "/test"])
        {
            using var answer = await _shop.Host.PostAsync($"/v1/webhook-endpoints/{id}{path}", other, "");
            await answer.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        }

        using var deliveries = await _shop.Host.GetAsync($"/v1/webhook-endpoints/{id}/deliveries", other);
        await deliveries.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        var seen = (await _shop.GetAsync("/v1/admin/webhook-endpoints?storefront=shop-1", TestHost.OperatorKey)).GetProperty("data");
        Assert.Equal("shop-1", Assert.Single(seen.EnumerateArray()).GetProperty("storefront").GetString());
        Assert.Equal("active", (await _shop.PostAsync($"/v1/admin/webhook-endpoints/{id}/resume", key: TestHost.OperatorKey)).GetProperty("status").GetString());
    }

    /// <summary>Nobody queues them either: with no endpoint an event costs its order a row and no more.</summary>
    [Fact]
    public async Task OnlyOrdersOfStorefrontsWithEndpoints_LeaveSomethingToQueue()
    {
        await using var shop = await WebhookShop.StartAsync(new TestHostOptions { Works = false });
        var database = ((TestHost)shop.Host).Services.GetRequiredService<IDatabase>();
        Task<long> WaitingAsync() => database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT count(*) FROM outbox WHERE waiting = 1 AND order_id > 0"));
        var other = await shop.Host.ShopAsync("shop-2");
        await shop.EndpointAsync(_receiver.Url, key: other);

        await shop.BuyAsync();
        Assert.Equal(0, await WaitingAsync());
        await shop.BuyAsync(other);
        Assert.Equal(1, await WaitingAsync());
    }

    /// <summary>An address may hold a secret behind its question mark, and every endpoint has one of ours.</summary>
    [Fact]
    public async Task NoSecret_IsInTheLog_NorInTheAudit_NorInAnAlert()
    {
        var endpoint = await _shop.EndpointAsync($"{_receiver.Url}?token=TOKEN-OF-THE-SHOP", """["order.fulfilled"]""");
        var path = $"/v1/webhook-endpoints/{endpoint.GetProperty("id").GetString()}";
        var second = await _shop.PostAsync($"{path}/rotate");
        await _shop.PostAsync($"{path}/test");
        _receiver.AnswerWith(HttpStatusCode.Gone);
        await _shop.BuyAsync();
        await Patience.UntilAsync(async () => (await _shop.GetAsync(path)).GetProperty("status").GetString() == "paused");
        await _shop.EndpointAsync("http://127.0.0.1:1/?token=TOKEN-OF-THE-SHOP", """["order.fulfilled"]""");
        await _shop.BuyAsync();
        await _shop.UntilAsync((await _shop.GetAsync("/v1/webhook-endpoints")).GetProperty("data")[0], one => one.GetProperty("attempts").GetInt32() > 0);

        var told = $"{((TestHost)_shop.Host).Log.Text}\n{await _shop.GetAsync("/v1/admin/audit?limit=200", TestHost.OperatorKey)}\n{await AlertAsync()}";
        foreach (var secret in (string[])["TOKEN-OF-THE-SHOP", endpoint.GetProperty("secret").GetString()![6..], second.GetProperty("secret").GetString()![6..]])
        {
            Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
        }

        Assert.Contains("webhookEndpoint.secretRotated", told, StringComparison.Ordinal);
    }

    private async Task<JsonElement> AlertAsync() =>
        Assert.Single((await _shop.GetAsync("/v1/admin/alerts?kind=endpointPaused", TestHost.OperatorKey)).GetProperty("data").EnumerateArray());

    private static WebhookSecret Secret(JsonElement endpoint)
    {
        Assert.True(WebhookSecret.TryParse(endpoint.GetProperty("secret").GetString(), out var secret));
        return secret;
    }

    private static WebhookVerdict Verify(ReceivedWebhook webhook, WebhookSecret secret) =>
        WebhookSignature.Verify([secret], webhook.Id, webhook.Timestamp, webhook.Signatures, webhook.Body, DateTimeOffset.UtcNow);
}
