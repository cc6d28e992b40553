using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Jobs;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Jobs;

/// <summary>Two nodes with their own clocks, which show the same time until one of them stands still: the process has crashed.</summary>
public sealed class TwoNodesTests : IAsyncLifetime
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    private readonly List<(int Node, DateTimeOffset At)> _runs = [];
    private TestDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task EachDueTime_IsOneRun_OnOneOfTwoNodes_AlsoAfterTheirHandOver()
    {
        var every = JobSchedule.Each(TimeSpan.FromSeconds(20));
        await using var first = Node(1, new ManualTimeProvider(), every);
        await PassAsync(TimeSpan.FromMinutes(2), first);
        await using var second = Node(2, new ManualTimeProvider(first.Clock.GetUtcNow()), every);
        await PassAsync(TimeSpan.FromMinutes(2), first, second);
        Assert.DoesNotContain(_runs, run => run.Node == 2);

        await first.DisposeAsync();
        await PassAsync(TimeSpan.FromMinutes(2), second);

        AssertOncePerDueTime(every);
        Assert.Contains(_runs, run => run.Node == 2);
    }

    [Fact]
    public async Task CrashedNodesJob_GoesOnWithTheOther_AndNoDueTimeIsUsedTwice()
    {
        var every = JobSchedule.Each(TimeSpan.FromSeconds(20));
        var crashed = Node(1, new ManualTimeProvider(), every);
        await PassAsync(TimeSpan.FromMinutes(1), crashed);
        await using var other = Node(2, new ManualTimeProvider(crashed.Clock.GetUtcNow()), every);
        await PassAsync(TimeSpan.FromMinutes(1), crashed, other);
        var crash = other.Clock.GetUtcNow();

        await PassAsync(TimeSpan.FromMinutes(3), other);

        AssertOncePerDueTime(every);
        var takenOver = _runs.First(run => run.Node == 2).At;
        Assert.InRange(takenOver - crash, TimeSpan.Zero, JobLeaseStore.Duration + JobLeaseKeeper.RenewalPeriod + TimeSpan.FromSeconds(25));
        await crashed.DisposeAsync();
    }

    [Fact]
    public async Task JobThatDoesNotListen_GoesOnWithTheOther_AndBeginsNoSecondTimeBesideItself()
    {
        var every = JobSchedule.Each(TimeSpan.FromSeconds(20));
        var end = new TaskCompletionSource();
        var job = new TestJob(every) { Deaf = end.Task, Row = new RecurringJob("a-job", every, "A job.") { TimeLimit = TimeSpan.FromSeconds(15) } };
        await using var first = new JobNode(_database.Database, new ManualTimeProvider(), 1, withEngine: false, job);
        first.Signals.Jobs.Raise();
        await job.Runs.WaitAsync(Cancellation);
        for (var settled = first.Runner.SettleAsync(); !settled.IsCompleted;)
        {
            Cancellation.ThrowIfCancellationRequested();
            first.Clock.Advance(Step);
            await Task.Yield();
        }

        await using var other = Node(2, new ManualTimeProvider(first.Clock.GetUtcNow()), every);
        await PassAsync(TimeSpan.FromMinutes(1), first, other);

        Assert.Contains(_runs, run => run.Node == 2);
        Assert.Equal(1, job.Count);
        end.SetResult();
    }

    [Fact]
    public async Task NightlyJob_WhoseNodeCrashedWhenItWasDue_IsMadeByTheOther_Once()
    {
        // 08:00 UTC is 16:00 in Shanghai.
        var nightly = JobSchedule.At(16, 2);
        var crashed = Node(1, new ManualTimeProvider(), nightly);
        await PassAsync(TimeSpan.FromSeconds(110), crashed);
        await using var other = Node(2, new ManualTimeProvider(crashed.Clock.GetUtcNow()), nightly);
        await PassAsync(TimeSpan.FromMinutes(5), other);

        Assert.Equal(2, Assert.Single(_runs).Node);
        Assert.Equal(_runs[0].At, (await other.Store.FindAsync("a-job", Cancellation))!.StartedAt);
        await crashed.DisposeAsync();
    }

    [Fact]
    public async Task EngineThatWasStoppedForAnHour_DoesWhatIsDue_Once()
    {
        var hourly = JobSchedule.Each(TimeSpan.FromMinutes(10));
        var clock = new ManualTimeProvider();
        await using (var before = Node(1, clock, hourly))
        {
            await PassAsync(TimeSpan.FromMinutes(1), before);
        }

        Assert.Single(_runs);
        clock.Stall(TimeSpan.FromHours(1));
        await using var again = Node(1, clock, hourly);
        await PassAsync(TimeSpan.FromMinutes(1), again);

        Assert.Equal(2, _runs.Count);
    }

    [Fact]
    public async Task JobsGoOn_WithoutAnyEngine_ALittleLate()
    {
        var every = JobSchedule.Each(TimeSpan.FromSeconds(20));
        var clock = new ManualTimeProvider();
        await using var node = Node(1, clock, every, withEngine: false);
        await PassAsync(TimeSpan.FromMinutes(3), node);

        AssertOncePerDueTime(every);
        Assert.InRange(_runs.Count, 7, 10);
    }

    [Fact]
    public async Task EnginesTimesAndRowsOfJobs_WipedInTheMiddle_CostNeitherARunNorASecondOne()
    {
        var every = JobSchedule.Each(TimeSpan.FromSeconds(20));
        await using var node = Node(1, new ManualTimeProvider(), every, withEngine: false);
        var calendar = new BusinessCalendar(node.Clock, TimeZoneInfo.Utc);
        var scheduler = await new QuartzJobEngine(calendar, node.Clock).BuildAsync(node.Runner.Jobs, node.Runner.TickAsync, Cancellation);
        await scheduler.Start(Cancellation);
        await PassAsync(TimeSpan.FromMinutes(2), node);

        await scheduler.Clear(Cancellation);
        await _database.ExecuteAsync("DELETE FROM job_runs");
        await _database.ExecuteAsync("DELETE FROM jobs");
        await PassAsync(TimeSpan.FromMinutes(2), node);
        await scheduler.Shutdown(waitForJobsToComplete: true, Cancellation);

        AssertOncePerDueTime(every);
        Assert.InRange(_runs.Count, 11, 13);
        Assert.NotNull((await node.Store.FindAsync("a-job", Cancellation))!.DueAt);
    }

    private void AssertOncePerDueTime(JobSchedule every)
    {
        var dueTimes = _runs.Select(run => (run.At + TimeSpan.FromSeconds(1)).UtcTicks / every.Period.Ticks).ToList();
        Assert.True(dueTimes.Count == dueTimes.Distinct().Count(), string.Join('\n', _runs));
    }

    private JobNode Node(int number, ManualTimeProvider clock, JobSchedule schedule, bool withEngine = true)
    {
        var job = new TestJob(schedule)
        {
            Did = "something",
            Began = () =>
            {
                lock (_runs)
                {
                    _runs.Add((number, clock.GetUtcNow()));
                }
            },
        };
        return new JobNode(_database.Database, clock, number, withEngine, job);
    }

    // In steps, each of which lets the nodes do what it makes due.
    private static async Task PassAsync(TimeSpan time, params JobNode[] nodes)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            foreach (var node in nodes)
            {
                node.Clock.Advance(Step);
            }

            foreach (var node in nodes)
            {
                await node.SweepAsync();
            }
        }
    }
}
