using System.Text.Json;

namespace Fulfilment.Host.Tests;

/// <summary>Sets up a shop through the admin API, as a script would.</summary>
public static class Setup
{
    public static async Task<string> SkuAsync(this IRunningHost host, string code = "VIDEO-VIP-1M", string price = "12.50", string more = "")
    {
        await CreateAsync(host, "/v1/admin/skus", $$"""{"code":"{{code}}","name":"{{code}}","kind":"cardKey","currency":"CNY","price":"{{price}}","routes":[{"source":"pool"}]{{more}}}""");
        return code;
    }

    public static async Task<string> StorefrontAsync(this IRunningHost host, string code = "shop-1", int? ratePerSecond = null, string more = "")
    {
        await CreateAsync(host, "/v1/admin/storefronts", $$"""{"code":"{{code}}","name":"{{code}}","settlement":"postpaid","ratePerSecond":{{(ratePerSecond is null ? "null" : ratePerSecond)}}{{more}}}""");
        return code;
    }

    /// <summary>A key's text.</summary>
    public static async Task<string> KeyAsync(this IRunningHost host, string owner = "storefront:shop-1", string[]? scopes = null, string more = "")
    {
        var created = await CreateAsync(host, "/v1/admin/keys", $$"""{"owner":"{{owner}}","scopes":{{JsonSerializer.Serialize(scopes ?? ["orders", "codes"])}}{{more}}}""");
        return created.GetProperty("key").GetString()!;
    }

    /// <summary>A storefront and a key of it.</summary>
    public static async Task<string> ShopAsync(this IRunningHost host, string code = "shop-1", int? ratePerSecond = null, string[]? scopes = null)
    {
        await host.StorefrontAsync(code, ratePerSecond);
        return await host.KeyAsync($"storefront:{code}", scopes);
    }

    public static async Task<JsonElement> CreateAsync(this IRunningHost host, string path, string json)
    {
        using var answer = await host.PostAsync(path, TestHost.OperatorKey, json);
        var body = await answer.JsonAsync();
        Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Created, $"{path} answered {(int)answer.StatusCode}: {body}");
        return body;
    }
}
