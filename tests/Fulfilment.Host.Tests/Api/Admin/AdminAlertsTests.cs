using System.Net;
using System.Text.Json;
using Fulfilment.Core.Alerts;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Api.Admin;

public sealed class AdminAlertsTests
{
    private static readonly NewAlert First = new(AlertKind.RevealSpike, AlertSeverity.Warning, "key:key_1", "one", new("40 codes", "40 个卡密"));

    [Fact]
    public async Task OneCause_HasOneAlert_UntilItIsResolved()
    {
        await using var host = await TestHost.StartAsync();
        var alerts = host.Services.GetRequiredService<IAlerts>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => alerts.RaiseAsync(First with { Cause = AlertText.Of($"{i} codes", $"{i} 个卡密") })));
        await alerts.RaiseAsync(First with { Key = "two" });

        var open = await ListAsync(host, "?status=open");
        var id = open[1].GetProperty("id").GetString();
        Assert.Equal([1, 8], open.Select(alert => alert.GetProperty("count").GetInt32()));

        await MoveAsync(host, id, "acknowledge", "acknowledged");
        await alerts.RaiseAsync(First with { Cause = new("50 codes", "50 个卡密") });
        var acknowledged = Assert.Single(await ListAsync(host, "?status=acknowledged&kind=revealSpike"));
        Assert.Equal((9, "50 codes", "operator:bootstrap"), (acknowledged.GetProperty("count").GetInt32(), acknowledged.GetProperty("cause").GetString(), acknowledged.GetProperty("acknowledgedBy").GetString()));

        await MoveAsync(host, id, "resolve", "resolved");
        await MoveAsync(host, id, "acknowledge", "resolved");
        await alerts.RaiseAsync(First);
        Assert.Equal(2, (await ListAsync(host, "?status=open")).Count);
        Assert.True(await alerts.ResolveAsync("two"));
        Assert.False(await alerts.ResolveAsync("two"));
        Assert.Equal(3, (await ListAsync(host, "")).Count);

        using var audit = await host.GetAsync($"/v1/admin/audit?subject=alert:{id}", TestHost.OperatorKey);
        Assert.Equal(["alert.resolved", "alert.acknowledged"], (await audit.JsonAsync()).GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("action").GetString()));
    }

    [Theory]
    [InlineData("?status=closed", "status")]
    [InlineData("?kind=none", "kind")]
    [InlineData("?severity=2", "severity")]
    [InlineData("?key=x", "key")]
    public async Task List_RefusesWhatItDoesNotKnow(string query, string param)
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.GetAsync($"/v1/admin/alerts{query}", TestHost.OperatorKey);
        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
        using var missing = await host.SendAsync(HttpMethod.Post, "/v1/admin/alerts/alt_0000000000001/resolve", TestHost.OperatorKey);
        await missing.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    private static async Task MoveAsync(TestHost host, string? id, string how, string status)
    {
        using var answer = await host.SendAsync(HttpMethod.Post, $"/v1/admin/alerts/{id}/{how}", TestHost.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(status, (await answer.JsonAsync()).GetProperty("status").GetString());
    }

    private static async Task<List<JsonElement>> ListAsync(TestHost host, string query)
    {
        using var answer = await host.GetAsync($"/v1/admin/alerts{query}", TestHost.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }
}
