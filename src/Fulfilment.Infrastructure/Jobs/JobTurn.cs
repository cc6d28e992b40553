using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Jobs;

/// <summary>One recurring job on one node: whether it is this node's, due, paused or asked for, and its runs, one at a time.</summary>
internal sealed class JobTurn(
    JobHandler handler, JobLeaseKeeper leases, IJobStore store, JobsHealth health, BusinessCalendar calendar, IdGenerator ids, TimeProvider time, ILogger log)
{
    // A look of a job that is due so seldom is written at once: a crash must not make it look again. Those of the others go with the leases, and cost no write.
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    // A clock that was set back by more has made the start of the last run a time to come.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    private readonly RecurringJob _job = handler.Job;
    private readonly JobExecution _execution = new(handler, leases, time);
    private readonly JobReport _report = new(handler.Job.Name, time, log);
    private readonly TimeSpan _early = TimeSpan.FromTicks(Math.Min(handler.Job.Schedule.Period.Ticks / 4, TimeSpan.TicksPerSecond));
    private int _busy;
    private volatile JobState? _known;
    private volatile JobProgress? _unwritten;

    // All that follows belongs to whoever is busy.
    private CancellationToken? _lease;
    private DateTimeOffset? _startedAt, _succeededAt, _answered;
    private DateTimeOffset _due;
    private int _failures;

    /// <summary>Where the job stands, as far as only this node knows; null: its row says it.</summary>
    public JobProgress? Unwritten => _unwritten;

    /// <summary>What a sweep has read of the job's row.</summary>
    public void Know(JobState state) => _known = state;

    /// <summary>The row says so now; what came of a look since is still to be written.</summary>
    public void Wrote(JobProgress progress) => Interlocked.CompareExchange(ref _unwritten, null, progress);

    /// <summary>
    /// Whether the sweep has to look: nobody here knows yet whose job it is, somebody asked for a run, or no engine has ticked it in time. Read while somebody may
    /// begin a run: a look too many does nothing.
    /// </summary>
    public bool IsLeftBehind(TimeSpan grace) =>
        Volatile.Read(ref _busy) == 0 && (_lease is null || Request() is not null || (_known?.PausedAt is null && IsDue(time.GetUtcNow() - grace)));

    /// <summary>Runs the job if it is due, and this node's. While it runs, another look does nothing.</summary>
    public async Task LookAsync(CancellationToken stopping)
    {
        if (Interlocked.Exchange(ref _busy, 1) == 1)
        {
            return;
        }

        try
        {
            if (await HoldAsync().ConfigureAwait(false) is not { } lease)
            {
                return;
            }

            var request = Request();
            if (request is not null || (_known?.PausedAt is null && IsDue(time.GetUtcNow())))
            {
                await RunAsync(request, lease, stopping).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The next look finds what this one missed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!stopping.IsCancellationRequested)
            {
                _report.LookFailed(exception);
            }
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Writes what is known here alone, before the lease is handed back: the next node then waits until the job is due.</summary>
    public async Task FlushAsync()
    {
        if (_unwritten is not { } progress || _lease is not { IsCancellationRequested: false })
        {
            return;
        }

        try
        {
            await store.RecordAsync(progress, run: null).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Then the next node runs it once more.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _report.NotWritten(exception);
        }
    }

    private async Task<CancellationToken?> HoldAsync()
    {
        var lease = await leases.FindAsync(_job.Name).ConfigureAwait(false);
        health.Found(_job, isHere: lease is not null);
        if (lease is not null && lease != _lease)
        {
            // Another node may have run it since: its row says when it is due.
            var state = await store.FindAsync(_job.Name, CancellationToken.None).ConfigureAwait(false);
            (_known, _startedAt, _succeededAt, _failures) = (state ?? _known, state?.StartedAt, state?.SucceededAt, state?.Failures ?? 0);
            _unwritten = null;
            _due = FirstDue(state?.DueAt, time.GetUtcNow());
            if (state?.DueAt is null)
            {
                // From now on somebody is told if it never runs.
                await store.RecordAsync(Progress(), run: null).ConfigureAwait(false);
            }
        }

        return _lease = lease;
    }

    // Not later than the schedule says now, which may be another one than when the row was written; nor by a clock that was ahead then.
    private DateTimeOffset FirstDue(DateTimeOffset? written, DateTimeOffset now)
    {
        var next = _job.Schedule.NextAfter(now + _early, calendar);
        return written is { } due ? (due < next ? due : next) : _job.Schedule.BeginsAtOnce ? now : next;
    }

    private DateTimeOffset? Request() => _known is { RequestedAt: { } at } && at != _answered ? at : null;

    private bool IsDue(DateTimeOffset now) => now >= _due - _early || (_startedAt - now > ClockTolerance && _job.Schedule is JobSchedule.Every);

    private async Task RunAsync(DateTimeOffset? request, CancellationToken lease, CancellationToken stopping)
    {
        var (started, begun) = (time.GetUtcNow(), time.GetTimestamp());
        if (await _execution.RunAsync(lease, stopping).ConfigureAwait(false) is not { } end)
        {
            // The host stops: due as before, for whoever takes over.
            return;
        }

        var (hadFailed, wasDue) = (_failures > 0, IsDue(started));
        _startedAt = started;
        _answered = request ?? _answered;
        if (end.Outcome == JobOutcome.Done)
        {
            health.Looked(_job);
            (_failures, _succeededAt) = (0, time.GetUtcNow());
        }
        else if (end.Outcome != JobOutcome.BrokenOff)
        {
            _failures++;
        }

        if (wasDue || end.Outcome != JobOutcome.Done)
        {
            _due = NextDue(started);
        }

        var isNews = _report.IsNews(end);
        var run = isNews || request is not null
            ? new JobRun(ids.Next(), _job.Name, started, time.GetElapsedTime(begun), ids.Node, end.Outcome, end.Result ?? "There was nothing to do.")
            : null;
        if (end.Outcome == JobOutcome.BrokenOff)
        {
            // The row is another node's by now.
            _unwritten = null;
            await store.RecordAsync(progress: null, run).ConfigureAwait(false);
            return;
        }

        var progress = Progress();
        _unwritten = progress;
        if (run is not null || (hadFailed && _failures == 0) || _job.Schedule.Period >= Seldom)
        {
            await store.RecordAsync(progress, run).ConfigureAwait(false);
            _unwritten = null;
        }
    }

    // From the time it was due where the tick came a moment early; sooner where a failure is to be made good.
    private DateTimeOffset NextDue(DateTimeOffset started)
    {
        var from = _due > started && _due - started <= _early ? _due : started;
        var next = _job.Schedule.NextAfter(from, calendar);
        if (_failures == 0)
        {
            return next;
        }

        var retry = time.GetUtcNow() + TimeSpan.FromTicks(Math.Min(LongestRetry.Ticks, TimeSpan.TicksPerMinute << Math.Min(_failures - 1, 10)));
        return retry < next ? retry : next;
    }

    private JobProgress Progress() => new(_job.Name, _startedAt, _succeededAt, _due, _failures, ids.Node, _answered);
}
