using System.Globalization;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Dashboard;
using Fulfilment.Infrastructure.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Tests.Dashboard;

/// <summary>Sessions by a clock that the test sets.</summary>
public sealed class SessionTests(HangfireHost hangfire) : IClassFixture<HangfireHost>
{
    [Fact]
    public async Task Session_EndsAfterTwoHours()
    {
        var time = new SetTime();
        var sessions = Sessions(time, Get<BootstrapKey>());
        var later = SignIn(sessions);

        time.Now += TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1);
        Assert.Equal("operator:bootstrap", (await sessions.FindAsync(later))?.Owner.ToString());

        time.Now += TimeSpan.FromSeconds(1);
        Assert.Null(await sessions.FindAsync(later));
    }

    [Fact]
    public async Task KeyThatWasChanged_EndsItsSessions()
    {
        var time = new SetTime();
        var later = SignIn(Sessions(time, Get<BootstrapKey>()));
        var changed = new ConfigurationManager { [BootstrapKey.Setting] = "another-operator-key-of-that-many-letters" };

        Assert.Null(await Sessions(time, new BootstrapKey(changed)).FindAsync(later));
    }

    [Fact]
    public async Task SessionThatNobodyMade_IsNotKeptAsEnded()
    {
        var time = new SetTime();
        var made = new DefaultHttpContext();
        made.Request.Headers.Cookie = $"fulfilment-dashboard={Convert.ToBase64String(new byte[48]).Replace('+', '-').Replace('/', '_')}";

        await Sessions(time, Get<BootstrapKey>()).EndAsync(made);

        Assert.Equal(0, await Get<IDatabase>().ReadAsync(
            async connection =>
            {
                var command = connection.CreateCommand();
                command.CommandText = "SELECT count(*) FROM ended_sessions";
                return Convert.ToInt32(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
            },
            TestContext.Current.CancellationToken));
    }

    private T Get<T>()
        where T : notnull =>
        hangfire.Host.Services.GetRequiredService<T>();

    private DashboardSessions Sessions(TimeProvider time, BootstrapKey key) =>
        new(Get<ICustodySeal>(), Get<ICatalogue>(), Get<Authenticator>(), key, new EndedSessions(Get<IDatabase>(), time), time);

    // The next request of whoever has just signed in.
    private static DefaultHttpContext SignIn(DashboardSessions sessions)
    {
        var (signedIn, later) = (new DefaultHttpContext(), new DefaultHttpContext());
        sessions.Begin(signedIn, BootstrapKey.Caller(address: null));
        later.Request.Headers.Cookie = signedIn.Response.Headers.SetCookie.ToString().Split(';')[0];
        return later;
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
