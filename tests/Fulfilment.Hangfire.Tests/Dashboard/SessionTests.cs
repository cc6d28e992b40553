using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Tests.Dashboard;

/// <summary>Sessions by a clock that the test sets.</summary>
public sealed class SessionTests(HangfireHost hangfire) : IClassFixture<HangfireHost>
{
    [Fact]
    public void Session_EndsAfterTwoHours()
    {
        var time = new SetTime();
        var services = hangfire.Host.Services;
        var sessions = new DashboardSessions(
            services.GetRequiredService<ICustodySeal>(), services.GetRequiredService<ICatalogue>(), services.GetRequiredService<Authenticator>(),
            services.GetRequiredService<BootstrapKey>(), time);
        var signedIn = new DefaultHttpContext();
        sessions.Begin(signedIn, BootstrapKey.Caller(address: null));
        var later = new DefaultHttpContext();
        later.Request.Headers.Cookie = signedIn.Response.Headers.SetCookie.ToString().Split(';')[0];

        time.Now += TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1);
        Assert.Equal("operator:bootstrap", sessions.Find(later)?.Owner.ToString());

        time.Now += TimeSpan.FromSeconds(1);
        Assert.Null(sessions.Find(later));
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
