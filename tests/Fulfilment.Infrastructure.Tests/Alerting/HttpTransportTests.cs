using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Alerting;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>What each service gets, over real HTTP, and what we make of its answers.</summary>
public sealed class HttpTransportTests : IDisposable
{
    private const string Secret = "SEC0123456789abcdef";

    private readonly HttpReceiver _service = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Webhook_IsSignedAsStandardWebhooksSays()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        Assert.True(WebhookSecret.TryParse($"whsec_{Convert.ToBase64String(key)}", out var secret));
        Assert.True((await SendAsync(new WebhookFormat(_service.Url, secret))).IsSent);

        var received = Assert.Single(_service.All);
        using var hmac = new HMACSHA256(key);
        var signed = Encoding.UTF8.GetBytes($"{received.Headers["webhook-id"]}.{received.Headers["webhook-timestamp"]}.{received.Body}");
        Assert.Equal($"v1,{Convert.ToBase64String(hmac.ComputeHash(signed))}", received.Headers["webhook-signature"]);
        Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), received.Headers["webhook-timestamp"]);
        Assert.Equal("alerts", JsonDocument.Parse(received.Body).RootElement.GetProperty("type").GetString());
    }

    // The signatures were computed by another implementation of HMAC.
    [Fact]
    public async Task DingTalk_IsSignedInTheQuery_AndGetsMarkdown()
    {
        Assert.True((await SendAsync(new DingTalkFormat(_service.Url, Secret))).IsSent);

        var received = Assert.Single(_service.All);
        Assert.EndsWith("?access_token=tok0123456789abcdef&timestamp=1772352000000&sign=lL9d0rzmxqSX7LsYeMPu9m2nk0eHxSdVFfFxO77nmF0%3D", received.Url.OriginalString, StringComparison.Ordinal);
        var body = JsonDocument.Parse(received.Body).RootElement;
        Assert.Equal("markdown", body.GetProperty("msgtype").GetString());
        Assert.Contains("unt_0akwf7a0c0000", body.GetProperty("markdown").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feishu_IsSignedInTheBody_AndGetsText()
    {
        Assert.True((await SendAsync(new FeishuFormat(_service.Url, Secret), cause: "<at user_id=\"all\">")).IsSent);

        var body = JsonDocument.Parse(Assert.Single(_service.All).Body).RootElement;
        Assert.Equal(("1772352000", "11cMKTF4IhsHHKKQOE/HWaujWDaxeXPmN6WOvIPm6ys=", "text"), (body.GetProperty("timestamp").GetString(), body.GetProperty("sign").GetString(), body.GetProperty("msg_type").GetString()));
        Assert.DoesNotContain("<at", body.GetProperty("content").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WeCom_GetsMarkdownOfAtMost4096Bytes_WithoutForeignMarkUp()
    {
        Assert.True((await SendAsync(new WeComFormat(_service.Url), count: 12, cause: new string('存', 2_000))).IsSent);
        var content = Content();
        Assert.InRange(Encoding.UTF8.GetByteCount(content), 1_000, 4_096);
        Assert.EndsWith("…", content, StringComparison.Ordinal);

        await SendAsync(new WeComFormat(_service.Url), cause: "*a* _b_ [c](http://evil) <font color=\"warning\"> # > `d` my_shop_1");
        Assert.Contains("＊a＊ ＿b＿ ［c］(http://evil) ＜font color=\"warning\"＞ ＃ ＞ ｀d｀ my_shop_1", Content(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"errcode":310000,"errmsg":"sign not match, tok0123456789abcdef"}""", "200 errcode 310000 sign not match, …", null)]
    [InlineData(200, """{"errcode":130101,"errmsg":"send too fast"}""", "200 errcode 130101 send too fast", 600)]
    [InlineData(200, "<html>busy</html>", "200 an answer without errcode: <html>busy</html>", null)]
    [InlineData(200, "[]", "200 an answer without errcode: []", null)]
    [InlineData(200, """{"errcode":"0"}""", "200 an answer without errcode: {\"errcode\":\"0\"}", null)]
    [InlineData(200, "", "200 an answer without errcode:", null)]
    [InlineData(302, "", "302: it redirects, which is not followed", null)]
    [InlineData(500, "broken", "500 broken", null)]
    public async Task AnswerThatIsNoSuccess_IsAFailure(int status, string body, string detail, int? restSeconds)
    {
        _service.Answer = _ => (status, body);

        Assert.Equal(new SendAnswer(IsSent: false, detail, restSeconds is { } rest ? TimeSpan.FromSeconds(rest) : null), await SendAsync(new DingTalkFormat(_service.Url, null)));
        Assert.Single(_service.All);
    }

    [Fact]
    public async Task ServiceThatIsAway_AndPrivateAddress_AreFailures()
    {
        _service.Dispose();
        Assert.False((await SendAsync(new WeComFormat(_service.Url))).IsSent);

        using var other = new HttpReceiver();
        using var client = AlertDesk.Client(allowPrivate: false);
        var guarded = await new HttpTransport(new WeComFormat(other.Url), client, _time, []).SendAsync(Message(1, "x"), CancellationToken.None);
        Assert.Equal(new SendAnswer(IsSent: false, "The host's address is not public."), guarded);
        Assert.Empty(other.All);
    }

    private string Content() => JsonDocument.Parse(_service.All.Last().Body).RootElement.GetProperty("markdown").GetProperty("content").GetString()!;

    private async Task<SendAnswer> SendAsync(IMessageFormat format, int count = 1, string cause = "Whether acme issued it cannot be asked any more.")
    {
        using var client = AlertDesk.Client();
        return await new HttpTransport(format, client, _time, ["tok0123456789abcdef"]).SendAsync(Message(count, cause), CancellationToken.None);
    }

    internal static AlertMessage Message(int count, string cause)
    {
        var at = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
        var alerts = Enumerable.Range(1, count).Select(i => (
            new Alert(Core.Ids.IdGenerator.FirstAt(at) + i, AlertKind.UnknownStuck, AlertSeverity.Critical, AlertStatus.Open, "unit:unt_0akwf7a0c0000", new AlertText(cause, cause), 1, at)
            {
                AtStake = new MoneyAtStake(new Money(125_000), "CNY"), Link = "/v1/admin/units/unt_0akwf7a0c0000",
            },
            AlertEvent.Opened)).ToList();
        return new AlertTexts(AlertLanguage.Chinese, new AlertLinks(null), AlertDesk.Shanghai).Compose("msg_1", at, null, alerts);
    }
}
