using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Host.Tests.Api.Admin;

/// <summary>Channels as they are set up, on the real host with its own loops.</summary>
public sealed class AdminAlertChannelsTests : IAsyncLifetime
{
    private const string Token = "tok0123456789abcdef", Secret = "SEC0123456789abcdef";

    private readonly ConcurrentQueue<(string Query, string Body)> _received = new();
    private WebApplication _robot = null!;
    private string _answer = """{"errcode":0,"errmsg":"ok"}""";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _robot = builder.Build();
        _robot.Urls.Add("http://127.0.0.1:0");
        _robot.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            _received.Enqueue((http.Request.QueryString.Value!, await reader.ReadToEndAsync()));
            await http.Response.WriteAsync(_answer);
        });
        await _robot.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _robot.DisposeAsync();

    [Fact]
    public async Task Alert_IsToldOnAChannel_AndItsEnd_AndTheChannelSaysSo()
    {
        await using var host = await StartAsync();
        var alerts = host.Services.GetRequiredService<IAlerts>();
        var key = ForgetGoneHosts.KeysOf(host.Services.GetRequiredService<IdGenerator>().Node) + "pool";
        await alerts.RaiseAsync(new NewAlert(AlertKind.PoolDegraded, AlertSeverity.Warning, "sku:A", key, new("Redis is away.", "Redis 无法连接。")));
        await Patience.UntilAsync(() => _received.Count == 1);
        await alerts.ResolveAsync(key);
        await Patience.UntilAsync(() => _received.Count == 2);

        Assert.StartsWith("### ［警告］ 主机无法使用 Redis", Text(0), StringComparison.Ordinal);
        Assert.Contains("https://ops.example.com/v1/admin/skus/A", Text(0), StringComparison.Ordinal);
        Assert.Contains("已恢复", Text(1), StringComparison.Ordinal);
        Assert.All(_received, received => Assert.Contains("&sign=", received.Query, StringComparison.Ordinal));

        await Patience.UntilAsync(async () => (await ChannelAsync(host)).GetProperty("waiting").GetInt32() == 0);
        var channel = await ChannelAsync(host);
        Assert.Equal(("duty", "dingTalk", null), (channel.GetProperty("name").GetString(), channel.GetProperty("type").GetString(), channel.GetProperty("quietHours").GetString()));
        Assert.Equal(JsonValueKind.String, channel.GetProperty("sentAt").ValueKind);
    }

    [Fact]
    public async Task Test_SendsAtOnce_AndTellsTheAnswer_WithoutSecrets()
    {
        await using var host = await StartAsync(quiet: "00:00-23:59");
        using var sent = await host.SendAsync(HttpMethod.Post, "/v1/admin/alerts/channels/duty/test", TestHost.OperatorKey);
        Assert.Equal("""{"sent":true,"detail":"200 errcode 0 ok"}""", await sent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        _answer = $$"""{"errcode":300001,"errmsg":"token {{Token}} is not exist"}""";
        using var refused = await host.SendAsync(HttpMethod.Post, "/v1/admin/alerts/channels/duty/test", TestHost.OperatorKey);
        Assert.Equal("""{"sent":false,"detail":"200 errcode 300001 token … is not exist"}""", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var unknown = await host.SendAsync(HttpMethod.Post, "/v1/admin/alerts/channels/none/test", TestHost.OperatorKey);
        await unknown.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");

        Assert.Equal(2, _received.Count);
        Assert.DoesNotContain(Token, host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, host.Log.Text, StringComparison.Ordinal);
        using var audit = await host.GetAsync("/v1/admin/audit?subject=alertChannel:duty", TestHost.OperatorKey);
        Assert.Equal(2, (await audit.JsonAsync()).GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("Type", "pager")]
    [InlineData("Url", "ftp://10.0.0.1/tok0123456789abcdef")]
    [InlineData("MinSeverity", "severe")]
    [InlineData("Kinds", "revealSpike,noSuch")]
    [InlineData("Escalations", "yes")]
    [InlineData("QuietHours", "22-8")]
    [InlineData("Name", "two words")]
    public async Task ChannelThatCouldNeverWork_KeepsTheHostFromStarting(string setting, string value)
    {
        var settings = Channel(null);
        settings[$"Alerts:Channels:0:{setting}"] = value;

        var refused = await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions { Settings = settings }));
        Assert.Contains($"Alerts:Channels:0:{setting}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrivateAddress_KeepsTheHostFromStarting_UnlessAllowed()
    {
        var settings = Channel(null);
        settings["Alerts:AllowPrivateAddresses"] = "false";

        await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions { Settings = settings }));
    }

    private Task<TestHost> StartAsync(string? quiet = null) => TestHost.StartAsync(new TestHostOptions { Settings = Channel(quiet) });

    private Dictionary<string, string?> Channel(string? quiet) => new()
    {
        ["Alerts:AllowPrivateAddresses"] = "true",
        ["Alerts:Language"] = "zh",
        ["Alerts:PublicUrl"] = "https://ops.example.com/",
        ["Alerts:Channels:0:Name"] = "duty",
        ["Alerts:Channels:0:Type"] = "dingtalk",
        ["Alerts:Channels:0:Url"] = $"{_robot.Urls.First()}/robot/send?access_token={Token}",
        ["Alerts:Channels:0:Secret"] = Secret,
        ["Alerts:Channels:0:QuietHours"] = quiet,
    };

    private string Text(int index) => JsonDocument.Parse(_received.ElementAt(index).Body).RootElement.GetProperty("markdown").GetProperty("text").GetString()!;

    private static async Task<JsonElement> ChannelAsync(TestHost host)
    {
        using var answer = await host.GetAsync("/v1/admin/alerts/channels", TestHost.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Assert.Single((await answer.JsonAsync()).GetProperty("data").EnumerateArray());
    }
}
