using System.Globalization;
using System.Text;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Tests.Sandbox;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Host.Tests.Samples;

/// <summary>The samples in docs/samples do what they say, against a real host with a test key.</summary>
public sealed class SampleTests : IAsyncLifetime
{
    private static readonly WebhookSecret Secret = WebhookSecret.Create(new SystemRandomBytes());
    private static readonly WebhookSecret OtherSecret = WebhookSecret.Create(new SystemRandomBytes());

    private TestHost _host = null!;
    private string _key = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.StorefrontAsync();
        _key = await _host.KeyAsync(more: SandboxShop.Test);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("csharp")]
    [InlineData("php")]
    [InlineData("java")]
    [InlineData("node")]
    public async Task Order_WhoseAnswerGotLost_IsPostedAgainAsItWas_AndIsOneOrder(string language)
    {
        var sample = Sample.Of(language);
        sample.Require();
        await using var proxy = await SwallowingProxy.StartAsync(_host.Client.BaseAddress!);

        var (exitCode, output) = await sample.RunAsync(["order", $"SAMPLE-{language}"], new()
        {
            ["FULFILMENT_URL"] = proxy.Address.ToString().TrimEnd('/'),
            ["FULFILMENT_KEY"] = _key,
            ["FULFILMENT_TIMEOUT_MS"] = "1500",
        });

        Assert.True(exitCode == 0, output);
        Assert.Equal(2, proxy.Orders.Count);
        Assert.Equal(proxy.Orders[0], proxy.Orders[1]);
        using var list = await _host.GetAsync("/v1/orders", _key);
        var order = Assert.Single((await list.JsonAsync()).GetProperty("data").EnumerateArray());
        Assert.Contains($"{order.GetProperty("id")} fulfilled", output, StringComparison.Ordinal);
        using var codes = await _host.GetAsync($"/v1/orders/{order.GetProperty("id")}/codes", _key);
        var secrets = (await codes.JsonAsync()).GetProperty("data").EnumerateArray().Select(code => code.GetProperty("secret").GetString()!).ToList();
        Assert.Equal(2, secrets.Count);
        Assert.All(secrets, secret => Assert.Contains($"TEST-CARD {secret}", output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("csharp")]
    [InlineData("php")]
    [InlineData("java")]
    [InlineData("node")]
    public async Task Webhook_IsVerifiedAsWeSignIt_AndBadOnesAreRefused(string language)
    {
        var sample = Sample.Of(language);
        sample.Require();
        var now = DateTimeOffset.UtcNow;
        var body = Encoding.UTF8.GetBytes("""{"type":"order.fulfilled","data":{"metadata":{"店铺":"主店"}}}""");
        var good = WebhookSignature.Sign(Secret, "msg_1", now, body);
        var other = WebhookSignature.Sign(OtherSecret, "msg_1", now, body);
        (string Name, bool Genuine, string Id, DateTimeOffset At, string Signatures, byte[] Body)[] vectors =
        [
            ("good", true, "msg_1", now, good, body),
            ("two signatures", true, "msg_1", now, $"{other} {good}", body),
            ("another scheme beside", true, "msg_1", now, $"v2,AAAA {good}", body),
            ("four minutes old", true, "msg_1", now.AddMinutes(-4), WebhookSignature.Sign(Secret, "msg_1", now.AddMinutes(-4), body), body),
            ("another secret", false, "msg_1", now, other, body),
            ("tampered", false, "msg_1", now, good, [.. body, (byte)'\n']),
            ("another id", false, "msg_2", now, good, body),
            ("another time", false, "msg_1", now.AddSeconds(1), good, body),
            ("old", false, "msg_1", now.AddMinutes(-6), WebhookSignature.Sign(Secret, "msg_1", now.AddMinutes(-6), body), body),
            ("ahead", false, "msg_1", now.AddMinutes(8), WebhookSignature.Sign(Secret, "msg_1", now.AddMinutes(8), body), body),
            ("no scheme", false, "msg_1", now, good[3..], body),
            ("nonsense", false, "msg_1", now, "v1,", body),
        ];

        var results = await Task.WhenAll(vectors.Select(async vector =>
        {
            var (exitCode, output) = await sample.RunAsync(
                ["verify", vector.Id, vector.At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), vector.Signatures],
                new() { ["FULFILMENT_SECRET"] = Secret.Text },
                vector.Body);
            return $"{vector.Name}: {exitCode} {output.Trim()}";
        }));

        Assert.Equal(vectors.Select(vector => vector.Genuine ? $"{vector.Name}: 0 genuine" : $"{vector.Name}: 1 refused"), results);
    }
}
