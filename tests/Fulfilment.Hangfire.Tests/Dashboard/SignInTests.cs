using System.Net;
using Fulfilment.Host.Tests;

namespace Fulfilment.Hangfire.Tests.Dashboard;

/// <summary>Who may see the dashboard, and for how long.</summary>
public sealed class SignInTests(HangfireHost hangfire) : IClassFixture<HangfireHost>
{
    [Theory]
    [InlineData("")]
    [InlineData("/work")]
    [InlineData("/jobs/scheduled")]
    [InlineData("/recurring")]
    [InlineData("/nowhere")]
    public async Task WithoutASession_NothingIsShown_ButTheSignIn(string path)
    {
        using var answer = await hangfire.LookAsync(path, cookie: null);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("action=\"/hangfire/sign-in\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("navbar", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/stats")]
    [InlineData("/recurring/trigger")]
    [InlineData("/jobs/enqueued/delete")]
    public async Task WithoutASession_NoButtonWorks(string path)
    {
        using var answer = await hangfire.PressAsync(path, "fulfilment-dashboard=AAAA", token: null, "1");

        await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task Session_IsACookieThatNoScriptReads_AndNoOtherSiteSends()
    {
        using var answer = await hangfire.PostKeyAsync(hangfire.Admin);

        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/hangfire", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("max-age=7200", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(hangfire.Admin, cookie, StringComparison.Ordinal);
        Assert.Equal("/hangfire", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task BehindTls_TheCookieIsSentOverTlsOnly()
    {
        using var answer = await hangfire.PostKeyAsync(hangfire.Admin, ("X-Forwarded-Proto", "https"));

        Assert.Contains("secure", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SignIn_IsInTheAudit()
    {
        await hangfire.SignInAsync(hangfire.Finance);

        using var audit = await hangfire.Host.GetAsync("/v1/admin/audit?action=dashboard.signedIn&actor=operator:zhao", hangfire.Admin);
        Assert.NotEqual(0, (await audit.JsonAsync()).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task SignInFromAnotherSite_IsRefused()
    {
        using var answer = await hangfire.PostKeyAsync(hangfire.Admin, ("Sec-Fetch-Site", "cross-site"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task KeysThatMayNotLook_AreRefused()
    {
        string[] keys =
        [
            "", "nonsense", hangfire.Shop,
            await hangfire.Host.KeyAsync("operator:wu", ["inventory"]),
            await hangfire.Host.KeyAsync("operator:wu", ["admin"], ""","allowedIps":["192.0.2.1"]"""),
        ];
        foreach (var key in keys)
        {
            using var answer = await hangfire.PostKeyAsync(key);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task TheKeyInTheEnvironment_MayLook()
    {
        var cookie = await hangfire.SignInAsync(TestHost.OperatorKey);

        Assert.Contains("Open work", await hangfire.PageAsync("/work", cookie), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RevokedKey_EndsItsSessions()
    {
        var created = await hangfire.Host.CreateAsync("/v1/admin/keys", """{"owner":"operator:sun","scopes":["finance"]}""");
        var cookie = await hangfire.SignInAsync(created.GetProperty("key").GetString()!);
        await hangfire.PageAsync("/work", cookie);

        using var revoked = await hangfire.Host.SendAsync(HttpMethod.Post, $"/v1/admin/keys/{created.GetProperty("id").GetString()}/revoke", hangfire.Admin);
        Assert.True(revoked.IsSuccessStatusCode);

        using var answer = await hangfire.LookAsync("/work", cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task CookieThatWasTouched_IsNone()
    {
        var cookie = await hangfire.SignInAsync(hangfire.Finance);
        var value = cookie.Split('=', 2)[1];
        for (var at = 0; at < value.Length; at += 7)
        {
            using var answer = await hangfire.LookAsync("/work", $"fulfilment-dashboard={value[..at]}{(value[at] == 'A' ? 'B' : 'A')}{value[(at + 1)..]}");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task SigningOut_EndsTheSession_AlsoForACopyOfTheCookie_AndNoOther()
    {
        var (cookie, other) = (await hangfire.SignInAsync(hangfire.Finance), await hangfire.SignInAsync(hangfire.Admin));

        using var answer = await hangfire.LookAsync("/sign-out", cookie);
        Assert.Contains("expires=Thu, 01 Jan 1970", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Contains("You are signed out.", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using var copied = await hangfire.LookAsync("/work", cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, copied.StatusCode);
        using var again = await hangfire.LookAsync("/sign-out", cookie);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        await hangfire.PageAsync("/work", other);
        using var audit = await hangfire.Host.GetAsync("/v1/admin/audit?action=dashboard.signedOut&actor=operator:zhao", hangfire.Admin);
        Assert.Equal(1, (await audit.JsonAsync()).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Head_IsNoButton_AndChangesNothing()
    {
        var cookie = await hangfire.SignInAsync(hangfire.Finance);

        using var page = await hangfire.LookAsync("/work", cookie, HttpMethod.Head);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        using var nobody = await hangfire.LookAsync("/work", cookie: null, HttpMethod.Head);
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        using var way = await hangfire.LookAsync("/sign-out", cookie, HttpMethod.Head);
        await hangfire.PageAsync("/work", cookie);
    }
}
