using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Jobs;

/// <summary>When a job runs that failed, was broken off or stopped, whose clock was set, or that is ticked too soon and too often. Without an engine: the tests tick.</summary>
public sealed class JobTimesTests : IAsyncLifetime
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

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
    public async Task NightlyRunThatFails_IsRepeatedAfterAMinute_ThenTwo_ThenFour()
    {
        // 08:00 UTC is 16:00 in Shanghai.
        var began = new List<DateTimeOffset>();
        var job = new TestJob(JobSchedule.At(16, 1)) { Fails = true, Began = () => began.Add(_time.GetUtcNow()) };
        await using var node = Node(1, _time, job);
        await PassAsync(node, TimeSpan.FromMinutes(9));

        Assert.Equal([1, 2, 4], began.Zip(began.Skip(1), (one, next) => (int)(next - one).TotalMinutes));
        Assert.Equal(4, (await node.Store.FindAsync("a-job", Cancellation))!.Failures);
    }

    [Fact]
    public async Task JobThatFailsAllTheTime_IsRememberedOnceAMinute()
    {
        var job = new TestJob(JobSchedule.Each(Step)) { Fails = true };
        await using var node = Node(1, _time, job);
        await PassAsync(node, TimeSpan.FromMinutes(3));

        Assert.True(job.Count >= 15, $"It ran {job.Count} times.");
        var runs = await node.Store.RunsAsync("a-job", 100, Cancellation);
        Assert.InRange(runs.Count, 3, 4);
        Assert.All(runs, run => Assert.Equal("InvalidOperationException; the host's log has the rest.", run.Result));
    }

    [Fact]
    public async Task ClockThatIsSetBackAnHour_KeepsNoJobWaitingForAnHour()
    {
        var job = new TestJob(JobSchedule.Each(TimeSpan.FromSeconds(20)));
        await using var node = Node(1, _time, job);
        await PassAsync(node, TimeSpan.FromMinutes(1));
        var before = job.Count;

        _time.Step(-TimeSpan.FromHours(1));
        await PassAsync(node, TimeSpan.FromMinutes(2));

        Assert.InRange(job.Count - before, 5, 8);
    }

    [Fact]
    public async Task RowOfAClockThatWasAYearAhead_KeepsTheJobNotWaiting()
    {
        var job = new TestJob(JobSchedule.Each(TimeSpan.FromSeconds(20)));
        await using var node = Node(1, _time, job);
        var now = _time.GetUtcNow();
        await node.Store.RecordAsync(new JobProgress("a-job", now, now, now.AddYears(1), 0, 2, null), null);
        await PassAsync(node, TimeSpan.FromMinutes(1));

        Assert.InRange(job.Count, 1, 3);
    }

    [Fact]
    public async Task RareJob_WhoseNodeCrashedAfterALookThatFoundNothing_IsNotLookedAtAgain()
    {
        var every = JobSchedule.Each(TimeSpan.FromMinutes(10));
        var (one, other) = (new TestJob(every), new TestJob(every));
        var crashed = Node(1, new ManualTimeProvider(), one);
        await PassAsync(crashed, Step);
        Assert.Equal(1, one.Count);
        await using var second = Node(2, new ManualTimeProvider(crashed.Clock.GetUtcNow()), other);
        await PassAsync(second, TimeSpan.FromMinutes(3));

        Assert.Equal(0, other.Count);
        await crashed.DisposeAsync();
    }

    [Fact]
    public async Task NodeThatStopsInOrder_TellsTheOtherOfALookThatFoundNothing()
    {
        var every = JobSchedule.Each(TimeSpan.FromMinutes(1));
        var (one, other) = (new TestJob(every), new TestJob(every));
        var first = Node(1, _time, one);
        await PassAsync(first, Step);
        Assert.Equal(1, one.Count);
        await first.DisposeAsync();
        await using var second = Node(2, _time, other);
        await PassAsync(second, TimeSpan.FromSeconds(30));

        Assert.Equal(0, other.Count);
    }

    [Fact]
    public async Task TickThatComesAMomentEarly_IsTheTickOfItsTime()
    {
        var job = new TestJob(JobSchedule.Each(TimeSpan.FromSeconds(20)));
        await using var node = Node(1, _time, job);
        await node.SweepAsync();
        Assert.Equal(1, job.Count);

        _time.Advance(TimeSpan.FromSeconds(19.5));
        await node.Runner.TickAsync("a-job", Cancellation);
        Assert.Equal(2, job.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        await node.Runner.TickAsync("a-job", Cancellation);
        Assert.Equal(2, job.Count);
    }

    [Fact]
    public async Task TickWhileTheJobRuns_BeginsNoSecondRun()
    {
        var job = new TestJob { Lasts = true };
        await using var node = Node(1, _time, job);
        node.Signals.Jobs.Raise();
        await job.Runs.WaitAsync(Cancellation);

        _time.Advance(TimeSpan.FromSeconds(5));
        await node.Runner.TickAsync("a-job", Cancellation);
        await node.Runner.TickAsync("a-job", Cancellation);

        Assert.Equal((1, 1), (job.Count, job.Running));
    }

    [Fact]
    public async Task NodeThatStopsInTheMiddleOfARun_LeavesItToTheOther()
    {
        var every = JobSchedule.Each(TimeSpan.FromHours(1));
        var (one, other) = (new TestJob(every) { Lasts = true }, new TestJob(every));
        var first = Node(1, _time, one);
        first.Signals.Jobs.Raise();
        await one.Runs.WaitAsync(Cancellation);
        await first.DisposeAsync();
        await using var second = Node(2, _time, other);
        await PassAsync(second, TimeSpan.FromSeconds(30));

        Assert.Equal((1, 1), (one.Count, other.Count));
        Assert.Empty(await second.Store.RunsAsync("a-job", 10, Cancellation));
    }

    [Fact]
    public async Task RunThatEndsAfterItsLease_IsNoRunOfThisNode()
    {
        var end = new TaskCompletionSource();
        var job = new TestJob { Deaf = end.Task, Did = "something" };
        await using var node = Node(1, _time, job);
        node.Signals.Jobs.Raise();
        await job.Runs.WaitAsync(Cancellation);

        await _database.ExecuteAsync("UPDATE job_leases SET holder = 'another', lease_until = @until", new { until = _time.GetUtcNow().ToUnixTimeMilliseconds() + 60_000 });
        _time.Advance(JobLeaseStore.Duration + TimeSpan.FromSeconds(1));
        end.SetResult();
        await node.Runner.SettleAsync();

        Assert.Equal(JobOutcome.BrokenOff, Assert.Single(await node.Store.RunsAsync("a-job", 10, Cancellation)).Outcome);
        Assert.Null((await node.Store.FindAsync("a-job", Cancellation))!.StartedAt);
    }

    private JobNode Node(int number, ManualTimeProvider clock, TestJob job) => new(_database.Database, clock, number, withEngine: false, job);

    // In steps, each of which lets the node do what it makes due.
    private static async Task PassAsync(JobNode node, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            node.Clock.Advance(Step);
            await node.SweepAsync();
        }
    }
}
