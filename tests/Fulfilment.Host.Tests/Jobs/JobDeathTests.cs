using Fulfilment.Core.Jobs;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>
/// A process dies at each commit of each recurring job. What a dead process leaves is its commits up to one of them; from each such state the next run comes to the
/// same end as a run that nothing befell, and does nothing twice.
/// </summary>
public sealed class JobDeathTests(DueShop shop) : IClassFixture<DueShop>
{
    // What is in the windows of the pool is in memory, or in Redis.
    private static readonly string[] WriteNothing = [RecurringJobs.AuditPool.Name];

    public static TheoryData<string> Names => [.. RecurringJobs.All.Select(job => job.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ProcessThatDiesAtAnyCommit_LeavesWhatTheNextRunEnds_Once(string job)
    {
        var (commits, before) = await RunAsync(job, diesAt: null);
        TestContext.Current.TestOutputHelper?.WriteLine($"{commits} commits");
        Assert.Equal(WriteNothing.Contains(job), commits == 0);
        for (var at = 1; at <= commits; at++)
        {
            var (_, after) = await RunAsync(job, at);

            Assert.True(before == after, $"Dead at commit {at} of {commits}:\n{DatabaseImage.Differences(before, after)}");
        }
    }

    // Two processes, the first of which may die; either way the job is run once more than it is needed.
    private async Task<(int Commits, string Image)> RunAsync(string job, int? diesAt)
    {
        var (folder, commits) = (shop.Copy(), 0);
        try
        {
            await using (var first = await JobProcess.StartAsync(shop.Options, folder.FullName))
            {
                await (diesAt is { } at ? first.DieAsync(job, at) : first.RunAsync(job));
                commits = first.Commits;
            }

            await shop.BuryAsync(folder.FullName);
            try
            {
                await using var second = await JobProcess.StartAsync(shop.Options, folder.FullName);
                await second.RunAsync(job);
                await second.RunAsync(job);
            }
            finally
            {
                shop.Rewind();
            }

            return (commits, DatabaseImage.Of(folder.FullName, shop.Ids));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
