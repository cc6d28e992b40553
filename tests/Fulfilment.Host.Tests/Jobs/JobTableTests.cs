using Fulfilment.Core.Jobs;
using Fulfilment.Host.Tests.Docs;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>The table of recurring jobs, what the host carries out, and the page say the same.</summary>
public sealed class JobTableTests
{
    [Fact]
    public async Task EveryJobOfTheTable_IsCarriedOut_AndNoOther()
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(
            RecurringJobs.All.Select(job => job.Name).Order(StringComparer.Ordinal),
            host.Services.GetServices<JobHandler>().Select(handler => handler.Job.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryJobsHandler_Runs_OnAFreshInstallation()
    {
        await using var host = await TestHost.StartAsync();

        foreach (var handler in host.Services.GetServices<JobHandler>())
        {
            var result = await handler.RunAsync(TestContext.Current.CancellationToken);
            Assert.True(result is null || result.EndsWith("all is well.", StringComparison.Ordinal), $"{handler.Job.Name}: {result}");
        }
    }

    [Fact]
    public void OperationsPage_SaysWhatEachJobIsFor_AndWhen()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

        Assert.All(RecurringJobs.All, job => Assert.Contains($"| `{job.Name}` | {job.Schedule}", page, StringComparison.Ordinal));
    }
}
