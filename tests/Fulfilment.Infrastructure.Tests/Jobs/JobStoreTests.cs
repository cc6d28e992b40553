using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Jobs;

public sealed class JobStoreTests : IAsyncLifetime
{
    private const string Job = "a-job";

    private static readonly Actor Operator = new("operator:li", null);

    private readonly ManualTimeProvider _time = new();
    private TestDatabase _database = null!;
    private IdGenerator _ids = null!;
    private JobStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _ids = new IdGenerator(_time);
        _ids.Use(new NodeLease(1, _time.GetUtcNow().ToUnixTimeMilliseconds(), long.MaxValue, long.MaxValue));
        _store = new JobStore(_database.Database, _ids, _time);
    }

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Progress_IsReadAsItWasWritten_AndKeepsWhatItLeavesOut()
    {
        var (now, due) = (_time.GetUtcNow(), _time.GetUtcNow().AddMinutes(1));
        await _store.RecordAsync(new JobProgress(Job, now, now, due, 0, 3, null), null);
        await _store.RecordAsync(new JobProgress(Job, null, null, due.AddMinutes(1), 2, 3, null), null);

        Assert.Equal(
            new JobState(Job) { StartedAt = now, SucceededAt = now, DueAt = due.AddMinutes(1), Failures = 2, Node = 3 },
            Assert.Single(await _store.ListAsync(Cancellation)));
    }

    [Fact]
    public async Task LookThatFoundNothing_IsWrittenWithTheLease_UnlessItIsAnothersOrALaterOneIsThere()
    {
        var leases = new JobLeaseStore(new ClockedDatabase(_database.Database, nowMs: null), _time);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        await _store.RecordAsync(At(now), null);

        await leases.HoldAsync("me", [Job], [At(now.AddSeconds(-1))]);
        Assert.Equal(now, await StartedAsync());
        _time.Advance(TimeSpan.FromSeconds(5));
        await leases.HoldAsync("another", [Job], [At(now.AddSeconds(3))]);
        Assert.Equal(now, await StartedAsync());
        await leases.HoldAsync("me", [Job], [At(now.AddSeconds(3))]);
        Assert.Equal(now.AddSeconds(3), await StartedAsync());

        // The clock was ahead, and was set back: what it has written is no later look.
        await _store.RecordAsync(At(now.AddHours(1)), null);
        await leases.HoldAsync("me", [Job], [At(now.AddSeconds(4))]);
        Assert.Equal(now.AddSeconds(4), await StartedAsync());

        JobProgress At(DateTimeOffset started) => new(Job, started, started, started.AddMinutes(1), 0, 1, null);
        async Task<DateTimeOffset?> StartedAsync() => (await _store.FindAsync(Job, Cancellation))!.StartedAt;
    }

    [Fact]
    public async Task Request_IsOverWithTheRunThatAnsweredIt_AndOneThatCameMeanwhileIsNot()
    {
        var first = (await _store.RequestAsync(Job, Operator)).RequestedAt;
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = (await _store.RequestAsync(Job, Operator)).RequestedAt;
        var now = _time.GetUtcNow();

        await _store.RecordAsync(new JobProgress(Job, now, now, now, 0, 1, first), null);
        var state = await _store.FindAsync(Job, Cancellation);
        Assert.Equal((second, "operator:li"), (state!.RequestedAt, state.RequestedBy));

        await _store.RecordAsync(new JobProgress(Job, now, now, now, 0, 1, second), null);
        state = await _store.FindAsync(Job, Cancellation);
        Assert.Equal((null, null), (state!.RequestedAt, state.RequestedBy));
    }

    [Fact]
    public async Task Pause_IsAuditedOnce_AndSaysWhoAndWhy()
    {
        await _store.PauseAsync(Job, paused: true, "wrong prices", Operator);
        await _store.PauseAsync(Job, paused: true, "again", new Actor("operator:wang", null));
        var paused = await _store.FindAsync(Job, Cancellation);
        await _store.PauseAsync(Job, paused: false, "mended", Operator);
        var resumed = await _store.FindAsync(Job, Cancellation);

        Assert.Equal(("operator:li", "wrong prices"), (paused!.PausedBy, paused.PausedReason));
        Assert.Equal(new JobState(Job), resumed);
        var audit = await new AuditStore(_database.Database).ListAsync(new AuditQuery(long.MaxValue, 10) { Subject = "job:a-job" }, Cancellation);
        Assert.Equal(["job.resumed", "job.paused"], audit.Select(entry => entry.Action));
        Assert.Contains("wrong prices", audit[1].After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OldRuns_AreForgotten_AndAllButTheNewestOfAJobWithMany()
    {
        await AddRunsAsync(Job, 3);
        _time.Advance(TimeSpan.FromDays(31));
        await AddRunsAsync(Job, 12);
        await AddRunsAsync("another", 2);

        Assert.Equal(5, await _store.ForgetRunsAsync(_time.GetUtcNow() - ForgetJobRuns.Kept, mostOfAJob: 10));

        var runs = await _store.RunsAsync(Job, 100, Cancellation);
        Assert.Equal(10, runs.Count);
        Assert.Equal(runs.OrderByDescending(run => run.Id), runs);
        Assert.Equal("run 11", runs[0].Result);
        Assert.Equal(2, (await _store.RunsAsync("another", 100, Cancellation)).Count);
    }

    private async Task AddRunsAsync(string job, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _store.RecordAsync(null, new JobRun(_ids.Next(), job, _time.GetUtcNow(), TimeSpan.FromMilliseconds(4), 1, JobOutcome.Done, $"run {i}"));
        }
    }
}
