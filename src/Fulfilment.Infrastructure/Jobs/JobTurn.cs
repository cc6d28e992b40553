using System.Data.Common;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Jobs;

/// <summary>One recurring job on one node: whether it is this node's, due, paused or asked for, and its runs, one at a time.</summary>
internal sealed partial class JobTurn(
    JobHandler handler, JobLeaseKeeper leases, IJobStore store, JobsHealth health, BusinessCalendar calendar, IdGenerator ids, TimeProvider time, ILogger log)
{
    // A job that finds nothing to do is written down so seldom: an idle host leaves the disk alone.
    private static readonly TimeSpan WriteEvery = TimeSpan.FromMinutes(5);

    // The same failure is remembered and logged so seldom.
    private static readonly TimeSpan RepeatFailureAfter = TimeSpan.FromMinutes(1);

    // A run that was told to stop, and goes on for longer, does not listen.
    private static readonly TimeSpan PatienceWithTheDeaf = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    // A clock that was set back by more has made the start of the last run a time to come.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    private readonly RecurringJob _job = handler.Job;
    private readonly TimeSpan _early = TimeSpan.FromTicks(Math.Min(handler.Job.Schedule.Period.Ticks / 4, TimeSpan.TicksPerSecond));
    private int _busy;
    private volatile JobState? _known;

    // All that follows belongs to whoever is busy.
    private CancellationToken? _lease;
    private DateTimeOffset? _startedAt, _succeededAt, _answered;
    private DateTimeOffset _due;
    private int _failures;
    private long? _writtenAt, _failureSaidAt;
    private string? _failure;
    private bool _isUnwritten;

    /// <summary>What a sweep has read of the job's row.</summary>
    public void Know(JobState state) => _known = state;

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
                LogLookFailed(exception, _job.Name);
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
        if (!_isUnwritten || _lease is not { IsCancellationRequested: false })
        {
            return;
        }

        try
        {
            await store.RecordAsync(Progress(), run: null).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Then the next node runs it once more.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotWritten(exception, _job.Name);
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
            var now = time.GetUtcNow();
            _due = FirstDue(state?.DueAt, now);
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
        var (outcome, result, exception) = await CarryOutAsync(lease, stopping).ConfigureAwait(false);
        if (outcome is null)
        {
            // The host stops: due as before, for whoever takes over.
            return;
        }

        var (hadFailed, wasDue) = (_failures > 0, IsDue(started));
        _startedAt = started;
        _answered = request ?? _answered;
        if (outcome == JobOutcome.Done)
        {
            health.Looked(_job);
            (_failures, _succeededAt) = (0, time.GetUtcNow());
        }
        else if (outcome != JobOutcome.BrokenOff)
        {
            _failures++;
        }

        if (wasDue || outcome != JobOutcome.Done)
        {
            _due = NextDue(started);
        }

        var isNews = outcome == JobOutcome.Done ? Tell(result) : TellFailure(outcome.Value, result!, exception);
        var mustWrite = isNews || request is not null || (hadFailed && _failures == 0) || _job.Schedule.Period >= WriteEvery;
        if (outcome == JobOutcome.BrokenOff)
        {
            // The row is another node's by now.
            await store.RecordAsync(progress: null, Run()).ConfigureAwait(false);
        }
        else if (mustWrite || _writtenAt is not { } at || time.GetElapsedTime(at) >= WriteEvery)
        {
            _isUnwritten = true;
            await store.RecordAsync(Progress(), isNews || request is not null ? Run() : null).ConfigureAwait(false);
            (_isUnwritten, _writtenAt) = (false, time.GetTimestamp());
        }
        else
        {
            _isUnwritten = true;
        }

        JobRun Run() => new(ids.Next(), _job.Name, started, time.GetElapsedTime(begun), ids.Node, outcome.Value, result ?? "There was nothing to do.");
    }

    private async Task<(JobOutcome?, string?, Exception?)> CarryOutAsync(CancellationToken lease, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(_job.TimeLimit, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(stopping, lease, limit.Token);
        try
        {
            var run = handler.RunAsync(any.Token);
            if (!await EndsAsync(run, any.Token).ConfigureAwait(false))
            {
                // Another node may go on; this one runs the job no more before that run has ended.
                await leases.LeaveAsync(_job.Name, run).ConfigureAwait(false);
                return stopping.IsCancellationRequested ? (null, null, null)
                    : (limit.IsCancellationRequested ? JobOutcome.TimedOut : JobOutcome.BrokenOff, "It was told to stop and goes on; no other run begins on this host before it ends.", null);
            }

            var result = await run.ConfigureAwait(false);

            // One that did not listen: another node has the job by now, and what is written here would be about its runs.
            return lease.IsCancellationRequested ? (JobOutcome.BrokenOff, "The lease had ended before the run did.", null) : (JobOutcome.Done, result, null);
        }
#pragma warning disable CA1031 // Whatever it is, it is told, and the job is tried again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception switch
            {
                _ when stopping.IsCancellationRequested => (null, null, null),
                _ when lease.IsCancellationRequested => (JobOutcome.BrokenOff, "The lease ended: this node stalled, or the database did not answer.", exception),
                OperationCanceledException when limit.IsCancellationRequested => (JobOutcome.TimedOut, $"Cancelled after {_job.TimeLimit}.", exception),
                _ => (JobOutcome.Failed, Describe(exception), exception),
            };
        }
    }

    private async Task<bool> EndsAsync(Task run, CancellationToken told)
    {
        await Task.WhenAny(run, Task.Delay(Timeout.InfiniteTimeSpan, time, told)).ConfigureAwait(false);
        if (!run.IsCompleted)
        {
            await Task.WhenAny(run, Task.Delay(PatienceWithTheDeaf, time, CancellationToken.None)).ConfigureAwait(false);
        }

        return run.IsCompleted;
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

    private bool Tell(string? result)
    {
        _failure = null;
        if (result is null)
        {
            return false;
        }

        LogDone(_job.Name, result);
        return true;
    }

    private bool TellFailure(JobOutcome outcome, string failure, Exception? exception)
    {
        if (failure == _failure && _failureSaidAt is { } at && time.GetElapsedTime(at) < RepeatFailureAfter)
        {
            return false;
        }

        (_failure, _failureSaidAt) = (failure, time.GetTimestamp());
        if (outcome == JobOutcome.BrokenOff)
        {
            LogBrokenOff(exception, _job.Name);
        }
        else
        {
            LogFailed(exception, _job.Name);
        }

        return true;
    }

    // Kinds and numbers, and no messages: a server's may quote the values of a row.
    private static string Describe(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: { Count: > 0 } inner } => $"{inner.Count} failures, the first: {Describe(inner[0])}",
        DbException database => $"{exception.GetType().Name} {database.ErrorCode}; the host's log has the rest.",
        _ => $"{exception.GetType().Name}; the host's log has the rest.",
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "The job {Job}: {Result}")]
    private partial void LogDone(string job, string result);

    [LoggerMessage(Level = LogLevel.Error, Message = "The job {Job} failed; it is tried again.")]
    private partial void LogFailed(Exception? exception, string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The job {Job} was broken off because its lease ended: this host stalled, or the database did not answer. Whoever holds the lease goes on.")]
    private partial void LogBrokenOff(Exception? exception, string job);

    [LoggerMessage(Level = LogLevel.Error, Message = "The job {Job} could not be looked at; it is looked at again.")]
    private partial void LogLookFailed(Exception exception, string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Where the job {Job} stands could not be written; another host may run it once more.")]
    private partial void LogNotWritten(Exception exception, string job);
}
