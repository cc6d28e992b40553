using System.Net;
using Fulfilment.Core.Auditing;
using Fulfilment.Host.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;
using static Fulfilment.Host.Tests.Orders.Shop;

namespace Fulfilment.Host.Tests.Api.Admin;

/// <summary>Who has shown how many codes, and what is unusual about it.</summary>
public sealed class AdminRevealsTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task Reveals_AreCountedByPersonAndKey_AndSalesAreNot()
    {
        var (one, other) = (await KeyAsync(), await KeyAsync());
        var order = await shop.PlacedAsync(Body(shop.Reference(), quantity: 3), one.Key, "?include=codes");
        var id = order.GetProperty("id").GetString();
        Assert.Empty(await SumsAsync(one.Id, other.Id));

        await RevealAsync($"/v1/orders/{id}/codes", one.Key);
        await RevealAsync($"/v1/orders/{id}?include=codes", one.Key);
        await RevealAsync($"/v1/orders/{id}/codes", other.Key);

        Assert.Equal([(one.Id, 2, 6), (other.Id, 1, 3)], await SumsAsync(one.Id, other.Id));
        using var audit = await shop.Host.GetAsync($"/v1/admin/audit?key={one.Id}&action=codes.revealed&actor=storefront:shop-1&subject=order:{id}", TestHost.OperatorKey);
        var entries = (await audit.JsonAsync()).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(2, entries.Count);
        Assert.All(entries, entry => Assert.Equal(one.Id, entry.GetProperty("key").GetString()));
        using var byOther = await shop.Host.GetAsync($"/v1/admin/audit?key={other.Id}&subject=order:{id}", TestHost.OperatorKey);
        Assert.Single((await byOther.JsonAsync()).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task ReplayThatShowsCodes_IsAReveal()
    {
        var key = await KeyAsync();
        var body = Body(shop.Reference(), quantity: 2);
        await shop.PlacedAsync(body, key.Key, "?include=codes");
        await shop.PlacedAsync(body, key.Key, "?include=codes", HttpStatusCode.OK);

        Assert.Equal([(key.Id, 1, 2)], await SumsAsync(key.Id));
    }

    [Fact]
    public async Task Spike_AgainstTheKeysOwnPattern_RaisesOneAlertForTheHour()
    {
        var (quiet, busy, fresh) = (await KeyAsync(), await KeyAsync(), await KeyAsync());
        var hour = WatchReveals.HourOf(DateTimeOffset.UtcNow);
        for (var i = 1; i <= 30; i++)
        {
            // One hour of theft among the others must not make the next one usual.
            await ShownAsync(quiet.Id, hour - i - 1, i == 7 ? 90_000 : 40);
            await ShownAsync(busy.Id, hour - i - 1, 2_000);
        }

        await ShownAsync(quiet.Id, hour, 301);
        await ShownAsync(busy.Id, hour, 9_999);
        await ShownAsync(fresh.Id, hour, 1_500);
        var watch = shop.Host.Services.GetRequiredService<WatchReveals>();
        await watch.RunAsync(TestContext.Current.CancellationToken);
        await watch.RunAsync(TestContext.Current.CancellationToken);

        Assert.Contains("The usual hour of this key has 40, the median of 30 hours in two weeks; more than 300 is unusual.", Assert.Single(await AlertsAsync(quiet.Id)), StringComparison.Ordinal);
        Assert.Empty(await AlertsAsync(busy.Id));
        Assert.Empty(await AlertsAsync(fresh.Id));

        await ShownAsync(busy.Id, hour, 1_000);
        await ShownAsync(fresh.Id, hour, 1);
        await watch.RunAsync(TestContext.Current.CancellationToken);
        Assert.Contains("showed 10999 codes", Assert.Single(await AlertsAsync(busy.Id)), StringComparison.Ordinal);
        Assert.Contains("in only 0 hours", Assert.Single(await AlertsAsync(fresh.Id)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/admin/reveals")]
    [InlineData("/v1/admin/audit")]
    [InlineData("/v1/admin/bad-cards")]
    public async Task Times_AtTheEndsOfTheCalendar_AreAnswered(string list)
    {
        foreach (var time in (string[])["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])
        {
            using var answer = await shop.Host.GetAsync($"{list}?to={time}", TestHost.OperatorKey);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?to=2026-01-01", "to")]
    [InlineData("?from=2020-01-01T00:00:00Z", "from")]
    public async Task Reveals_RefuseBadTimes(string query, string param)
    {
        using var answer = await shop.Host.GetAsync($"/v1/admin/reveals{query}", TestHost.OperatorKey);
        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    private async Task<(string Id, string Key)> KeyAsync()
    {
        var created = await shop.Host.CreateAsync("/v1/admin/keys", """{"owner":"storefront:shop-1","scopes":["orders","codes"]}""");
        return (created.GetProperty("id").GetString()!, created.GetProperty("key").GetString()!);
    }

    private async Task RevealAsync(string path, string key)
    {
        using var answer = await shop.Host.GetAsync(path, key);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task ShownAsync(string key, long hour, int codes)
    {
        Assert.True(Core.Ids.PublicId.TryParse(Core.Ids.PublicId.Key, key, out var id));
        await shop.ExecuteAsync($"""
            INSERT INTO reveal_hours (hour, actor, key_id, reveals, codes) VALUES ({hour}, 'storefront:shop-1', {id}, 1, {codes})
            ON CONFLICT (hour, actor, key_id) DO UPDATE SET codes = codes + {codes}
            """);
    }

    private async Task<List<(string?, int, int)>> SumsAsync(params string[] keys)
    {
        using var answer = await shop.Host.GetAsync("/v1/admin/reveals", TestHost.OperatorKey);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()
            .Select(sum => (sum.GetProperty("key").GetString(), sum.GetProperty("reveals").GetInt32(), sum.GetProperty("codes").GetInt32()))
            .Where(sum => keys.Contains(sum.Item1))];
    }

    private async Task<List<string>> AlertsAsync(string key)
    {
        using var answer = await shop.Host.GetAsync("/v1/admin/alerts?kind=revealSpike", TestHost.OperatorKey);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()
            .Where(alert => alert.GetProperty("subject").GetString() == $"key:{key}").Select(alert => alert.GetProperty("cause").GetString()!)];
    }
}
