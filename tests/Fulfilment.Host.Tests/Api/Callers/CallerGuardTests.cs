using System.Net;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Infrastructure.Tests;
using Microsoft.AspNetCore.Builder;

namespace Fulfilment.Host.Tests.Api.Callers;

public sealed class CallerGuardTests
{
    private const string Who = "/v1/test/who";

    private static TestHostOptions Options => new()
    {
        Endpoints = app =>
        {
            app.MapGet(Who, (Caller caller) => $"{caller.Actor.Name} {caller.Actor.Address}").RequireScope(Scopes.Orders);
            app.MapGet("/v1/test/both", () => "both").RequireScope(Scopes.Orders | Scopes.Codes);
        },
    };

    [Fact]
    public async Task LiveKey_IsLetThrough_AndKnown()
    {
        await using var host = await TestHost.StartAsync(Options);
        var key = await host.ShopAsync();

        using var answer = await host.GetAsync(Who, key);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("storefront:shop-1 127.0.0.1", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.False(answer.Headers.Contains("RateLimit"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer fk_live_nobody-knows-this-key")]
    [InlineData("Basic c2hvcDoxMjM=")]
    public async Task NoOrUnknownKey_AnswersUnauthorized(string? header)
    {
        await using var host = await TestHost.StartAsync(Options);

        using var answer = await host.GetAsync(Who, null, header is null ? [] : [("Authorization", header)]);

        await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task OverlongKey_AnswersUnauthorized()
    {
        await using var host = await TestHost.StartAsync(Options);

        using var answer = await host.GetAsync(Who, new string('k', 4000));

        await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task ExpiredKey_AnswersUnauthorized_FromThatMomentOn()
    {
        var time = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync(Options with { Time = time });
        await host.StorefrontAsync();
        var expiry = time.GetUtcNow().AddSeconds(10);
        var key = await host.KeyAsync(more: $",\"expiresAt\":\"{expiry:yyyy-MM-ddTHH:mm:ssZ}\"");

        time.Stall(TimeSpan.FromMilliseconds(9_999));
        using var before = await host.GetAsync(Who, key);
        time.Stall(TimeSpan.FromMilliseconds(1));
        using var after = await host.GetAsync(Who, key);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await after.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task RevokedKey_AnswersUnauthorized_AtOnce()
    {
        await using var host = await TestHost.StartAsync(Options);
        await host.StorefrontAsync();
        var created = await host.CreateAsync("/v1/admin/keys", """{"owner":"storefront:shop-1","scopes":["orders"]}""");
        var key = created.GetProperty("key").GetString()!;
        using var before = await host.GetAsync(Who, key);

        using var revoked = await host.PostAsync($"/v1/admin/keys/{created.GetProperty("id").GetString()}/revoke", TestHost.OperatorKey, "{}");
        using var after = await host.GetAsync(Who, key);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.True(revoked.IsSuccessStatusCode, await revoked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await after.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task KeyOfClosedStorefront_AnswersUnauthorized()
    {
        await using var host = await TestHost.StartAsync(Options);
        var key = await host.ShopAsync();

        using var closed = await host.SendAsync(HttpMethod.Patch, "/v1/admin/storefronts/shop-1", TestHost.OperatorKey, """{"active":false}""");
        using var answer = await host.GetAsync(Who, key);

        Assert.Equal(HttpStatusCode.OK, closed.StatusCode);
        await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task KeyWithoutEveryScope_AnswersForbidden()
    {
        await using var host = await TestHost.StartAsync(Options);
        var key = await host.ShopAsync(scopes: ["orders"]);

        using var allowed = await host.GetAsync(Who, key);
        using var answer = await host.GetAsync("/v1/test/both", key);

        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task BootstrapKey_HasEveryScope_AndAWarningStandsInTheLog()
    {
        await using var host = await TestHost.StartAsync(Options);

        using var answer = await host.GetAsync("/v1/test/both", TestHost.OperatorKey);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(host.Log.Lines, line => line.Level is Microsoft.Extensions.Logging.LogLevel.Warning && line.Text.Contains("Bootstrap:OperatorKey", StringComparison.Ordinal));
        Assert.DoesNotContain(TestHost.OperatorKey, host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WritesWithTheBootstrapKey_AreAudited()
    {
        await using var host = await TestHost.StartAsync();
        await host.StorefrontAsync();

        using var audit = await host.GetAsync("/v1/admin/audit?subject=storefront:shop-1", TestHost.OperatorKey);

        var entry = Assert.Single((await audit.JsonAsync()).GetProperty("data").EnumerateArray());
        Assert.Equal("operator:bootstrap", entry.GetProperty("actor").GetString());
        Assert.Equal("127.0.0.1", entry.GetProperty("address").GetString());
    }

    [Fact]
    public async Task ForeignAddress_AnswersIpNotAllowed()
    {
        await using var host = await TestHost.StartAsync(Options);
        await host.StorefrontAsync();
        var elsewhere = await host.KeyAsync(more: ",\"allowedIps\":[\"203.0.113.9\"]");
        var here = await host.KeyAsync(more: ",\"allowedIps\":[\"203.0.113.9\",\"127.0.0.0/8\"]");

        using var refused = await host.GetAsync(Who, elsewhere);
        using var allowed = await host.GetAsync(Who, here);

        await refused.AssertProblemAsync(HttpStatusCode.Forbidden, "ip_not_allowed");
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Fact]
    public async Task Ipv4Caller_OnASocketOfBothFamilies_IsKnownByItsIpv4Address()
    {
        await using var host = await TestHost.StartAsync(Options with { Settings = new() { ["Urls"] = "http://[::]:0" } });
        await host.StorefrontAsync();
        var key = await host.KeyAsync(more: ",\"allowedIps\":[\"127.0.0.1\"]");

        using var answer = await host.GetAsync(Who, key);

        Assert.Equal("storefront:shop-1 127.0.0.1", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null, "203.0.113.9", "ip_not_allowed")] // Nobody is believed.
    [InlineData("198.51.100.0/24", "203.0.113.9", "ip_not_allowed")] // Another proxy is.
    [InlineData("127.0.0.1", "203.0.113.9", null)]
    [InlineData("192.0.2.1, 127.0.0.0/8", "203.0.113.9", null)]
    [InlineData("127.0.0.1", "203.0.113.9, 198.51.100.7", "ip_not_allowed")] // The caller wrote the first address itself.
    [InlineData("127.0.0.1,198.51.100.7", "203.0.113.9, 198.51.100.7", null)] // Both proxies are ours.
    [InlineData("127.0.0.1", "nonsense", "ip_not_allowed")]
    public async Task ForwardedAddress_CountsOnlyFromAKnownProxy(string? known, string forwarded, string? problem)
    {
        await using var host = await TestHost.StartAsync(Options with { Settings = new() { ["Proxy:Known"] = known } });
        await host.StorefrontAsync();
        var key = await host.KeyAsync(more: ",\"allowedIps\":[\"203.0.113.9\"]");

        using var answer = await host.GetAsync(Who, key, ("X-Forwarded-For", forwarded));

        if (problem is null)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await answer.AssertProblemAsync(HttpStatusCode.Forbidden, problem);
        }
    }

    [Fact]
    public async Task EveryEndpointUnderV1_RequiresAScope_ButCallbacks()
    {
        await using var host = await TestHost.StartAsync();

        var open = host.Endpoints()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal))
            .Where(endpoint => endpoint.Metadata.GetMetadata<RequiredScope>() is null)
            .Select(endpoint => endpoint.RoutePattern.RawText);

        // Suppliers have no key of ours; their signature is verified.
        Assert.Equal(["/v1/suppliers/{code}/callbacks"], open);
    }
}
