using System.Net;
using System.Text.RegularExpressions;
using Fulfilment.Core.Jobs;
using Fulfilment.Host.Dashboard;
using Fulfilment.Host.Tests;
using Hangfire.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Tests.Dashboard;

/// <summary>Who may press a button, what it then does, and that it is in the audit.</summary>
public sealed partial class ButtonTests(HangfireHost hangfire) : IClassFixture<HangfireHost>
{
    [Fact]
    public async Task Finance_SeesNoButton_AndPressesNone()
    {
        var cookie = await hangfire.SignInAsync(hangfire.Finance);
        var page = await hangfire.PageAsync("/recurring", cookie);

        Assert.DoesNotContain("/recurring/trigger", page, StringComparison.Ordinal);
        using var pressed = await hangfire.PressAsync("/recurring/trigger", cookie, TokenOf(page), "expiry");
        await pressed.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task ButtonWithoutThePagesToken_DoesNothing()
    {
        var cookie = await hangfire.SignInAsync(hangfire.Admin);
        var other = TokenOf(await hangfire.PageAsync("/recurring", await hangfire.SignInAsync(TestHost.OperatorKey)));
        foreach (var token in new[] { null, "", "AAAA", other })
        {
            using var pressed = await hangfire.PressAsync("/recurring/remove", cookie, token, "expiry");
            await pressed.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        }

        Assert.Null((await Jobs.FindAsync("expiry", TestContext.Current.CancellationToken))?.PausedAt);
    }

    [Fact]
    public async Task Trigger_RunsTheJob_WhichIsAudited()
    {
        var (cookie, token) = await SignInAsync();
        using var pressed = await hangfire.PressAsync("/recurring/trigger", cookie, token, "retention");

        Assert.Equal(HttpStatusCode.NoContent, pressed.StatusCode);
        await Patience.UntilAsync(async () => (await Jobs.RunsAsync("retention", 5, TestContext.Current.CancellationToken)).Count > 0);
        Assert.NotEqual(0, await AuditedAsync("subject=job:retention"));
    }

    [Fact]
    public async Task Remove_PausesTheJob_AndItHasNoNextTime()
    {
        var (cookie, token) = await SignInAsync();
        using var pressed = await hangfire.PressAsync("/recurring/remove", cookie, token, "sandbox");

        Assert.Equal(HttpStatusCode.NoContent, pressed.StatusCode);
        Assert.Equal("operator:li", (await Jobs.FindAsync("sandbox", TestContext.Current.CancellationToken))!.PausedBy);
        await Patience.UntilAsync(() => Listed("sandbox") is { NextExecution: null });
    }

    [Fact]
    public async Task HangfiresOwnCommand_IsAudited_AndWorks()
    {
        var (cookie, token) = await SignInAsync();
        await hangfire.PlaceUnknownAsync();
        var monitor = hangfire.Storage.GetMonitoringApi();
        await Patience.UntilAsync(() => monitor.ScheduledCount() > 0);
        var job = monitor.ScheduledJobs(0, 1).Single().Key;

        using var pressed = await hangfire.PressAsync("/jobs/scheduled/delete", cookie, token, job);

        Assert.Equal(HttpStatusCode.NoContent, pressed.StatusCode);
        Assert.Equal("Deleted", monitor.JobDetails(job).History[0].StateName);
        Assert.NotEqual(0, await AuditedAsync("action=dashboard.command"));
    }

    [Fact]
    public async Task NumbersOfTheMenu_ArePolledWithTheToken()
    {
        var cookie = await hangfire.SignInAsync(hangfire.Finance);
        var token = TokenOf(await hangfire.PageAsync("/work", cookie));
        using var answer = await hangfire.PressAsync("/stats", cookie, token, "fulfilment:open", "metrics[]");

        Assert.True((await answer.JsonAsync()).GetProperty("fulfilment:open").TryGetProperty("intValue", out _));
    }

    [Fact]
    public void OtherPagesOfTheHost_HaveTheirOwnAntiforgery() =>
        Assert.IsNotType<SessionAntiforgery>(hangfire.Host.Services.GetRequiredService<IAntiforgery>());

    private IJobStore Jobs => hangfire.Host.Services.GetRequiredService<IJobStore>();

    private RecurringJobDto? Listed(string name)
    {
        using var connection = hangfire.Storage.GetConnection();
        return connection.GetRecurringJobs().Find(job => job.Id == name);
    }

    private async Task<(string Cookie, string Token)> SignInAsync()
    {
        var cookie = await hangfire.SignInAsync(hangfire.Admin);
        return (cookie, TokenOf(await hangfire.PageAsync("/recurring", cookie)));
    }

    private async Task<int> AuditedAsync(string filter)
    {
        using var audit = await hangfire.Host.GetAsync($"/v1/admin/audit?actor=operator:li&{filter}", hangfire.Admin);
        return (await audit.JsonAsync()).GetProperty("data").GetArrayLength();
    }

    private static string TokenOf(string page) => Token().Match(page).Groups[1].Value;

    [GeneratedRegex("<meta name=\"csrf-token\" content=\"([^\"]+)\">")]
    private static partial Regex Token();
}
