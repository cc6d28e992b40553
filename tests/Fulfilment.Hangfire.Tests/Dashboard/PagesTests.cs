using Fulfilment.Core.Alerts;
using Fulfilment.Hangfire.Jobs;
using Fulfilment.Host.Tests;
using Fulfilment.Host.Tests.Units;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Tests.Dashboard;

/// <summary>What our pages say, over real HTTP.</summary>
public sealed class PagesTests(HangfireHost hangfire) : IClassFixture<HangfireHost>
{
    private const string Recipient = "13800001234";

    [Fact]
    public async Task OpenWork_IsCountedByStateAndAge()
    {
        var order = await hangfire.PlaceUnknownAsync();

        var page = await PageAsync("/work");

        Assert.Contains("under an hour", page, StringComparison.Ordinal);
        Assert.Matches("<td class=\"word-break\">unknown</td><td class=\"word-break\">[1-9]", page);
        Assert.Contains($"<a href=\"/hangfire/orders/{order}\">{order}</a>", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Recipient, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LaterLooksThatAreNotShown_AreCounted()
    {
        Assert.DoesNotContain("are not shown as scheduled jobs", await PageAsync("/work"), StringComparison.Ordinal);

        hangfire.Host.Services.GetRequiredService<ShownBudget>().LeaveOut();

        Assert.Contains("1 later looks of this host are not shown as scheduled jobs", await PageAsync("/work"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknowns_SayTheMoney()
    {
        await hangfire.PlaceUnknownAsync();

        var page = await PageAsync("/unknowns");

        Assert.Contains("asked", page, StringComparison.Ordinal);
        Assert.Matches(@"<td class=""word-break"">[0-9]+\.00 CNY</td><td class=""word-break"">[0-9]+\.00</td>", page);
    }

    [Fact]
    public async Task Order_ShowsItsUnits_AndTheChainOfJobsThatServedIt()
    {
        var order = await hangfire.PlaceUnknownAsync();
        var page = "";
        await Patience.UntilAsync(async () => (page = await PageAsync($"/orders/{order}")).Contains("Succeeded", StringComparison.Ordinal), () => page);

        Assert.Contains("shop-1", page, StringComparison.Ordinal);
        Assert.Contains("Look at unt_", page, StringComparison.Ordinal);
        Assert.Contains("/hangfire/jobs/details/", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Recipient, page, StringComparison.Ordinal);
        Assert.DoesNotContain(DoubtfulSupplier.Secret, page, StringComparison.Ordinal);
        Assert.Contains("Look at unt_", await PageAsync($"/orders?id={order}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OrderThatIsNotThere_IsSaidSo_AndWhatWasAskedIsEncoded()
    {
        var page = await PageAsync("/orders?id=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");

        Assert.Contains("There is no such order.", page, StringComparison.Ordinal);
        Assert.Contains("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_AreEncoded_AndCountedInTheMenu()
    {
        await hangfire.Host.Services.GetRequiredService<IAlerts>().RaiseAsync(
            new NewAlert(AlertKind.StuckUnit, AlertSeverity.Critical, "unit:<b>", "test:<b>", new("<img src=x onerror=alert(1)>", "<b>")));

        var page = await PageAsync("/alerts");

        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.Contains("fulfilment:alerts", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discrepancies_HaveAPage() => Assert.Contains("Everything matches", await PageAsync("/discrepancies"), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("/jobs/enqueued")]
    [InlineData("/jobs/scheduled")]
    [InlineData("/jobs/succeeded")]
    [InlineData("/recurring")]
    [InlineData("/servers")]
    [InlineData("/retries")]
    public async Task HangfiresOwnPages_HaveOurMenu_AndNoRecipient(string path)
    {
        await hangfire.PlaceUnknownAsync();

        var page = await PageAsync(path);

        Assert.All(["Open work", "Unknowns", "Discrepancies", "Alerts", "Orders"], entry => Assert.Contains(entry, page, StringComparison.Ordinal));
        Assert.DoesNotContain(Recipient, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_MayNotBeKeptFramedOrScripted()
    {
        using var answer = await hangfire.LookAsync("/work", await hangfire.SignInAsync(hangfire.Finance));

        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.Contains("script-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private async Task<string> PageAsync(string path) => await hangfire.PageAsync(path, await hangfire.SignInAsync(hangfire.Finance));
}
