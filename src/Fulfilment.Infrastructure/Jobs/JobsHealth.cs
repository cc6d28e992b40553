using System.Data.Common;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Jobs;

/// <summary>Whether jobs run, here or on another node, told by the one that looks at held orders: it is short, and its delay keeps money and codes back.</summary>
public sealed class JobsHealth(JobLeaseStore leases, IJobStore jobs, TimeProvider time)
{
    private static readonly RecurringJob Told = RecurringJobs.HeldOrders;
    private static readonly TimeSpan LateAfter = 6 * Told.Schedule.Period;

    private long _lookedAt = time.GetTimestamp();
    private bool _isHere;
    private bool _hasLooked;

    /// <summary>Whether a look has succeeded here yet.</summary>
    public bool HasLooked => Volatile.Read(ref _hasLooked);

    /// <summary>Whether this node has the job now.</summary>
    internal void Found(RecurringJob job, bool isHere)
    {
        if (job.Name == Told.Name && isHere != Volatile.Read(ref _isHere))
        {
            Volatile.Write(ref _lookedAt, time.GetTimestamp());
            Volatile.Write(ref _isHere, isHere);
        }
    }

    /// <summary>A look has succeeded.</summary>
    internal void Looked(RecurringJob job)
    {
        if (job.Name == Told.Name)
        {
            Volatile.Write(ref _lookedAt, time.GetTimestamp());
            Volatile.Write(ref _hasLooked, true);
        }
    }

    /// <summary>
    /// <c>ok</c>; or <c>late</c>: it is long since the last look that succeeded, where the job is this node's, and otherwise it is nobody's; or <c>paused</c>:
    /// somebody wants it so.
    /// </summary>
    public async Task<string> TellAsync(TimeSpan patience)
    {
        if (time.GetElapsedTime(Volatile.Read(ref _lookedAt)) <= LateAfter)
        {
            return "ok";
        }

        try
        {
            if (!Volatile.Read(ref _isHere) && await leases.IsHeldAsync(Told.Name).WaitAsync(patience, time).ConfigureAwait(false))
            {
                return "ok";
            }

            var state = await jobs.FindAsync(Told.Name, CancellationToken.None).WaitAsync(patience, time).ConfigureAwait(false);
            return state is { PausedAt: not null } ? "paused" : "late";
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or InvalidOperationException)
        {
            return "late";
        }
    }
}
