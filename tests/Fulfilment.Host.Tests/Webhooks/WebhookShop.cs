using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>A host that may send to 127.0.0.1, with a SKU in stock and a storefront.</summary>
internal sealed class WebhookShop : IAsyncDisposable
{
    public static readonly Dictionary<string, string?> Private = new() { ["Webhooks:AllowPrivateAddresses"] = "true", ["Webhooks:PollMilliseconds"] = "20" };

    private int _orders;

    private WebhookShop(IRunningHost host, string key) => (Host, Key) = (host, key);

    public IRunningHost Host { get; }

    public string Key { get; }

    public static async Task<WebhookShop> StartAsync(TestHostOptions? options = null) =>
        await OpenAsync(await TestHost.StartAsync((options ?? new TestHostOptions()) with { Settings = new(Private.Concat(options?.Settings ?? [])) }));

    /// <summary>Sets the shop up on a host that runs.</summary>
    public static async Task<WebhookShop> OpenAsync(IRunningHost host, int stock = 200)
    {
        await host.SkuAsync("VIP", "1.00", ""","maxPerOrder":5000""");
        using var imported = await host.ImportAsync("VIP", Enumerable.Range(0, stock).Select(i => $"CODE-{i:D6}"));
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        return new WebhookShop(host, await host.ShopAsync(scopes: ["orders", "codes", "afterSales"]));
    }

    public async Task<JsonElement> EndpointAsync(string url, string? types = null, string? key = null)
    {
        using var answer = await Host.PostAsync("/v1/webhook-endpoints", key ?? Key, $$"""{"url":"{{url}}","types":{{types ?? "null"}}}""");
        var endpoint = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{endpoint}");
        return endpoint;
    }

    public async Task<JsonElement> BuyAsync(string? key = null, string more = "", string? reference = null)
    {
        using var answer = await Host.PostAsync(
            "/v1/orders", key ?? Key,
            $$"""{"clientReference":"{{reference ?? $"W-{Interlocked.Increment(ref _orders)}"}}","currency":"CNY","lines":[{"sku":"VIP","quantity":1}]{{more}}}""");
        var order = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{order}");
        return order;
    }

    public async Task<JsonElement> PostAsync(string path, string body = "", HttpStatusCode expected = HttpStatusCode.OK, string? key = null)
    {
        using var answer = await Host.PostAsync(path, key ?? Key, body);
        var json = await answer.JsonAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {json}");
        return json;
    }

    public async Task<JsonElement> GetAsync(string path, string? key = null)
    {
        using var answer = await Host.GetAsync(path, key ?? Key);
        var json = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode}: {json}");
        return json;
    }

    public async Task<IReadOnlyList<JsonElement>> DeliveriesAsync(JsonElement endpoint) =>
        [.. (await GetAsync($"/v1/webhook-endpoints/{endpoint.GetProperty("id").GetString()}/deliveries")).GetProperty("data").EnumerateArray()];

    /// <summary>Until the newest delivery of the endpoint is as asked.</summary>
    public async Task<JsonElement> UntilAsync(JsonElement endpoint, Func<JsonElement, bool> isSo)
    {
        JsonElement newest = default;
        await Patience.UntilAsync(
            async () =>
            {
                var all = await DeliveriesAsync(endpoint);
                newest = all.Count == 0 ? default : all[0];
                return all.Count > 0 && isSo(newest);
            },
            () => $"{newest}");
        return newest;
    }

    public ValueTask DisposeAsync() => Host is IAsyncDisposable disposable ? disposable.DisposeAsync() : default;
}
