using Fulfilment.Host;
using Fulfilment.Host.Tests;

namespace Fulfilment.Hangfire.Tests;

public sealed class SetupTests
{
    [Theory]
    [InlineData(null, "Jobs:Hangfire:Storage = InMemory")]
    [InlineData("SqlServer", "Jobs:Hangfire:Storage = InMemory")]
    [InlineData("Disk", "is not known")]
    public async Task HangfireWithNowhereToKeepItsJobs_IsRefused(string? storage, string says)
    {
        var refused = await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions
        {
            Settings = new() { ["Jobs:Provider"] = "Hangfire", ["Jobs:Hangfire:Storage"] = storage },
        }));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithQuartz_ThereIsNoDashboard()
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.GetAsync("/hangfire");
        await answer.AssertProblemAsync(System.Net.HttpStatusCode.NotFound, "not_found");
    }
}
