using System.Net;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Infrastructure.Tests;
using Microsoft.AspNetCore.Builder;

namespace Fulfilment.Host.Tests.Api.Callers;

public sealed class RateLimitTests
{
    private const string Path = "/v1/test/limited";

    private static TestHostOptions Options(TimeProvider time) => new()
    {
        Time = time,
        Endpoints = app => app.MapGet(Path, () => "ok").RequireScope(Scopes.Codes),
    };

    [Fact]
    public async Task LimitedCaller_SeesItsLimitOnEveryAnswer_AndIsRefusedPastIt()
    {
        var time = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync(Options(time));
        var key = await host.ShopAsync(ratePerSecond: 2);

        using var first = await host.GetAsync(Path, key);
        using var second = await host.GetAsync("/v1/no-such-path", key);
        using var third = await host.GetAsync(Path, key);
        time.Stall(TimeSpan.FromMilliseconds(500));
        using var fourth = await host.GetAsync(Path, key);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        AssertLimit(first, "\"storefront\";r=1;t=1");
        await second.AssertProblemAsync(HttpStatusCode.NotFound, "not_found");
        AssertLimit(second, "\"storefront\";r=0;t=1");
        await third.AssertProblemAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        AssertLimit(third, "\"storefront\";r=0;t=1");
        Assert.Equal("1", third.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.OK, fourth.StatusCode);
    }

    [Fact]
    public async Task LimitedCallerWithAWrongMethod_SeesItsLimitToo()
    {
        await using var host = await TestHost.StartAsync(Options(new ManualTimeProvider()));
        var key = await host.ShopAsync(ratePerSecond: 5);

        using var answer = await host.SendAsync(HttpMethod.Delete, Path, key);

        await answer.AssertProblemAsync(HttpStatusCode.MethodNotAllowed, "invalid_request");
        AssertLimit(answer, "\"storefront\";r=4;t=1", quota: 5);
    }

    [Fact]
    public async Task LimitedCallerWithoutTheScope_SeesItsLimitToo()
    {
        await using var host = await TestHost.StartAsync(Options(new ManualTimeProvider()));
        var key = await host.ShopAsync(ratePerSecond: 5, scopes: ["orders"]);

        using var answer = await host.GetAsync(Path, key);

        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        AssertLimit(answer, "\"storefront\";r=4;t=1", quota: 5);
    }

    [Fact]
    public async Task OneStorefrontsRequests_DoNotCountForAnother()
    {
        await using var host = await TestHost.StartAsync(Options(new ManualTimeProvider()));
        var busy = await host.ShopAsync("busy", ratePerSecond: 1);
        var quiet = await host.ShopAsync("quiet", ratePerSecond: 1);

        using var first = await host.GetAsync(Path, busy);
        using var second = await host.GetAsync(Path, busy);
        using var other = await host.GetAsync(Path, quiet);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    private static void AssertLimit(HttpResponseMessage answer, string limit, int quota = 2)
    {
        Assert.Equal($"\"storefront\";q={quota};w=1", answer.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Equal(limit, answer.Headers.GetValues("RateLimit").Single());
    }
}
