using System.Data.Common;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Jobs;

/// <summary>One run of a recurring job: within its limit, and for as long as this node has the lease and goes on.</summary>
internal sealed class JobExecution(JobHandler handler, JobLeaseKeeper leases, TimeProvider time)
{
    // A run that was told to stop, and goes on for longer, does not listen.
    private static readonly TimeSpan PatienceWithTheDeaf = TimeSpan.FromSeconds(20);

    private readonly RecurringJob _job = handler.Job;

    /// <summary>How the run ended; null: the host stops.</summary>
    public async Task<JobEnd?> RunAsync(CancellationToken lease, CancellationToken stopping)
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
                return stopping.IsCancellationRequested
                    ? null
                    : new JobEnd(limit.IsCancellationRequested ? JobOutcome.TimedOut : JobOutcome.BrokenOff, "It was told to stop and goes on; no other run begins on this host before it ends.");
            }

            var result = await run.ConfigureAwait(false);

            // One that did not listen: another node has the job by now, and what is written here would be about its runs.
            return lease.IsCancellationRequested ? new JobEnd(JobOutcome.BrokenOff, "The lease had ended before the run did.") : new JobEnd(JobOutcome.Done, result);
        }
#pragma warning disable CA1031 // Whatever it is, it is told, and the job is tried again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception switch
            {
                _ when stopping.IsCancellationRequested => null,
                _ when lease.IsCancellationRequested => new JobEnd(JobOutcome.BrokenOff, "The lease ended: this node stalled, or the database did not answer.", exception),
                OperationCanceledException when limit.IsCancellationRequested => new JobEnd(JobOutcome.TimedOut, $"Cancelled after {_job.TimeLimit}.", exception),
                _ => new JobEnd(JobOutcome.Failed, Describe(exception), exception),
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

    // Kinds and numbers, and no messages: a server's may quote the values of a row.
    private static string Describe(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: { Count: > 0 } inner } => $"{inner.Count} failures, the first: {Describe(inner[0])}",
        DbException database => $"{exception.GetType().Name} {database.ErrorCode}; the host's log has the rest.",
        _ => $"{exception.GetType().Name}; the host's log has the rest.",
    };
}

/// <summary>How a run ended.</summary>
/// <param name="Outcome">So.</param>
/// <param name="Result">What it did, or what went wrong; null: there was nothing to do.</param>
/// <param name="Exception">For the log alone.</param>
internal sealed record JobEnd(JobOutcome Outcome, string? Result, Exception? Exception = null);
