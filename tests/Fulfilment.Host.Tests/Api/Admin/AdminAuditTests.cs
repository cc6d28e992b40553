using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Api.Admin;

public sealed class AdminAuditTests
{
    [Fact]
    public async Task EveryWrite_IsThere_WithWhoWhenBeforeAndAfter()
    {
        await using var host = await TestHost.StartAsync();
        await host.SkuAsync();
        await host.StorefrontAsync();
        var operatorKey = await host.KeyAsync("operator:li", ["admin"]);
        using (await host.SendAsync(HttpMethod.Patch, "/v1/admin/skus/VIDEO-VIP-1M", operatorKey, """{"price":"13.00"}"""))
        using (await host.PostAsync("/v1/admin/storefronts/shop-1/deposits", operatorKey, """{"amount":"5","currency":"CNY","reference":"bank 1"}""", ("Idempotency-Key", "k")))
        {
        }

        var all = await ListAsync(host, "");
        var changed = (await ListAsync(host, "?subject=sku:VIDEO-VIP-1M"))[0];

        Assert.Equal(["storefront.depositRecorded", "sku.updated", "key.issued", "storefront.created", "sku.created"], all.Select(entry => entry.GetProperty("action").GetString()));
        Assert.Equal(["operator:li", "operator:li", "operator:bootstrap", "operator:bootstrap", "operator:bootstrap"], all.Select(entry => entry.GetProperty("actor").GetString()));
        Assert.All(all, entry => Assert.Equal("127.0.0.1", entry.GetProperty("address").GetString()));
        Assert.Equal(("12.50", "13.00"), (changed.GetProperty("before").GetProperty("price").GetString(), changed.GetProperty("after").GetProperty("price").GetString()));
        Assert.StartsWith("aud_", changed.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.InRange(changed.GetProperty("at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Equal(JsonValueKind.Null, all[4].GetProperty("before").ValueKind);
        Assert.Equal("bank 1", all[0].GetProperty("after").GetProperty("reference").GetString());
    }

    [Fact]
    public async Task RefusedWrites_LeaveNoEntry_AndPagesGoOn()
    {
        await using var host = await TestHost.StartAsync();
        await host.SkuAsync("A");
        await host.SkuAsync("B");
        using (await host.PostAsync("/v1/admin/skus", TestHost.OperatorKey, """{"code":"A","name":"n","currency":"CNY","price":"1"}"""))
        using (await host.SendAsync(HttpMethod.Patch, "/v1/admin/skus/A", TestHost.OperatorKey, "{}"))
        {
        }

        using var first = await host.GetAsync("/v1/admin/audit?limit=1", TestHost.OperatorKey);
        var page = await first.JsonAsync();
        var rest = await ListAsync(host, $"?cursor={page.GetProperty("nextCursor").GetString()}");

        Assert.Equal("sku:B", page.GetProperty("data")[0].GetProperty("subject").GetString());
        Assert.Equal("sku:A", Assert.Single(rest).GetProperty("subject").GetString());
        Assert.Empty(await ListAsync(host, "?subject=sku:nothing"));
        using var bad = await host.GetAsync("/v1/admin/audit?cursor=x", TestHost.OperatorKey);
        await bad.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "cursor");
    }

    private static async Task<List<JsonElement>> ListAsync(TestHost host, string query)
    {
        using var answer = await host.GetAsync($"/v1/admin/audit{query}", TestHost.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }
}
