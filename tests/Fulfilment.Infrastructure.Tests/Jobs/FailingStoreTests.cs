using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Jobs;

/// <summary>Each call to the rows of jobs fails once: the job goes on, and its row is right in the end.</summary>
public sealed class FailingStoreTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task CallThatFails_CostsARepetition_AtMost()
    {
        for (var failing = 1; failing <= 8; failing++)
        {
            var job = new TestJob(JobSchedule.Each(TimeSpan.FromSeconds(5)), $"job-{failing}") { Did = "something" };
            var runs = await RunAsync(job, failing);

            Assert.True(job.Count >= 3, $"With call {failing} failing the job ran {job.Count} times.");
            Assert.InRange(runs.Count, job.Count - 1, job.Count);
            Assert.All(runs, run => Assert.Equal(JobOutcome.Done, run.Outcome));
        }
    }

    private async Task<IReadOnlyList<JobRun>> RunAsync(TestJob job, int failing)
    {
        await using var node = new JobNode(_database.Database, _time, failing, withEngine: true, store => new WatchedStore(store, call => FailAt(call, failing)), job);
        while (job.Count < 3)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(1));
            await node.SweepAsync();
        }

        var state = await node.Store.FindAsync(job.Row.Name, TestContext.Current.CancellationToken);
        Assert.True(state?.DueAt > state?.StartedAt);
        return await node.Store.RunsAsync(job.Row.Name, 100, TestContext.Current.CancellationToken);
    }

    private static void FailAt(int call, int failing)
    {
        if (call == failing)
        {
            throw new IOException("The disk is full, for a moment.");
        }
    }
}
