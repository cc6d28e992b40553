using Fulfilment.Core.Auditing;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Jobs;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Jobs;

/// <summary>Nodes of a cluster, each with its runner and Quartz, on one database and one clock.</summary>
public sealed class JobRunnerTests : IAsyncLifetime
{
    private static readonly Actor Operator = new("operator:li", null);

    private readonly ManualTimeProvider _time = new();
    private TestDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Job_RunsOnOneNode_AndOnAnotherOnceThatOneHasStopped()
    {
        var (one, other) = (new TestJob(), new TestJob());
        await using var first = Node(1, one);
        await RunAsync(first, one, TimeSpan.Zero);
        await using var second = Node(2, other);
        for (var i = 0; i < 5; i++)
        {
            await RunAsync(first, one, TestJob.Period);
        }

        Assert.Equal(0, other.Count);
        await first.DisposeAsync();

        await RunAsync(second, other, JobLeaseKeeper.RenewalPeriod);
        Assert.Equal(6, one.Count);
    }

    [Fact]
    public async Task RunThatOutlivesItsLease_IsBrokenOff()
    {
        var job = new TestJob();
        await using var node = Node(1, job);
        await RunAsync(node, job, TimeSpan.Zero);
        job.Lasts = true;
        await BeginAsync(job, TestJob.Period);
        Assert.Equal(1, job.Running);

        // Nothing renews here: the lease is somebody else's before this node notices anything.
        await _database.ExecuteAsync("UPDATE job_leases SET holder = 'another', lease_until = @until", new { until = _time.GetUtcNow().ToUnixTimeMilliseconds() + 1000 });
        _time.Advance(JobLeaseStore.Duration);
        await job.BrokenOff.WaitAsync(Cancellation);
        await node.Runner.SettleAsync();

        Assert.Equal(0, job.Running);
        Assert.Equal(JobOutcome.BrokenOff, Assert.Single(await node.Store.RunsAsync("a-job", 10, Cancellation)).Outcome);
    }

    [Fact]
    public async Task FailedRun_IsTriedAgain_AndTold()
    {
        var job = new TestJob();
        await using var node = Node(1, job);
        await RunAsync(node, job, TimeSpan.Zero);
        job.Fails = true;
        await RunAsync(node, job, TestJob.Period);
        var failed = await node.Store.FindAsync("a-job", Cancellation);
        job.Fails = false;
        await RunAsync(node, job, TestJob.Period);

        Assert.Equal(3, job.Count);
        Assert.Equal(1, failed!.Failures);
        Assert.Equal(0, (await node.Store.FindAsync("a-job", Cancellation))!.Failures);
        var run = Assert.Single(await node.Store.RunsAsync("a-job", 10, Cancellation));
        Assert.Equal((JobOutcome.Failed, 1), (run.Outcome, run.Node));
        Assert.DoesNotContain("as asked", run.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunThatHangs_IsCancelledAtItsLimit_AndTheNextIsMade()
    {
        var job = new TestJob { Lasts = true, Row = new TestJob().Row with { TimeLimit = TimeSpan.FromSeconds(15) } };
        await using var node = Node(1, job);
        await BeginAsync(job, TimeSpan.Zero);

        _time.Advance(TimeSpan.FromSeconds(15));
        await job.BrokenOff.WaitAsync(Cancellation);
        await node.Runner.SettleAsync();
        job.Lasts = false;
        await RunAsync(node, job, TestJob.Period);

        Assert.Equal(JobOutcome.TimedOut, Assert.Single(await node.Store.RunsAsync("a-job", 10, Cancellation)).Outcome);
    }

    [Fact]
    public async Task PausedJob_DoesNotRun_UnlessItIsAskedFor()
    {
        var job = new TestJob();
        await using var node = Node(1, job);
        await RunAsync(node, job, TimeSpan.Zero);
        await node.Store.PauseAsync("a-job", paused: true, "a look at the supplier", Operator);
        await node.SweepAsync();
        var before = job.Count;

        _time.Advance(TimeSpan.FromMinutes(1));
        await node.SweepAsync();
        Assert.Equal(before, job.Count);

        // From another node: its row is all that this one sees of it.
        await node.Store.RequestAsync("a-job", Operator);
        await BeginAsync(job, JobRunner.SweepPeriod);
        await node.Runner.SettleAsync();
        var state = await node.Store.FindAsync("a-job", Cancellation);
        Assert.Null(state!.RequestedAt);
        Assert.Equal(("operator:li", "a look at the supplier"), (state.PausedBy, state.PausedReason));
        Assert.Equal("There was nothing to do.", Assert.Single(await node.Store.RunsAsync("a-job", 10, Cancellation)).Result);

        await node.Store.PauseAsync("a-job", paused: false, "done", Operator);
        await node.SweepAsync();
        await BeginAsync(job, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task LooksThatFindNothing_AreSeenInTheRow_AndCostNoWriteOfTheirOwn()
    {
        var (job, store) = (new TestJob(), (WatchedStore?)null);
        await using var node = new JobNode(_database.Database, _time, 1, withEngine: true, rows => store = new WatchedStore(rows, _ => { }), job);
        await RunAsync(node, job, TimeSpan.Zero);
        for (var i = 0; i < 60; i++)
        {
            await RunAsync(node, job, TestJob.Period);
        }

        // The renewal that is due by now may be under way still.
        var state = await node.Store.FindAsync("a-job", Cancellation);
        while (state!.StartedAt < _time.GetUtcNow() - JobLeaseKeeper.RenewalPeriod - TestJob.Period)
        {
            Cancellation.ThrowIfCancellationRequested();
            state = await node.Store.FindAsync("a-job", Cancellation);
        }

        Assert.Equal(state.StartedAt, state.SucceededAt);
        Assert.True(state.DueAt > state.StartedAt);
        Assert.Empty(await node.Store.RunsAsync("a-job", 10, Cancellation));
        Assert.Equal(1, store!.Records);
    }

    private JobNode Node(int number, params TestJob[] jobs) => new(_database.Database, _time, number, withEngine: true, jobs);

    // Time passes in steps, because whoever waits for it has to begin waiting first.
    private async Task BeginAsync(TestJob job, TimeSpan after)
    {
        _time.Advance(after);
        while (!await job.Runs.WaitAsync(TimeSpan.FromMilliseconds(50), Cancellation))
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }
    }

    private async Task RunAsync(JobNode node, TestJob job, TimeSpan after)
    {
        await BeginAsync(job, after);
        await node.Runner.SettleAsync();
    }
}
