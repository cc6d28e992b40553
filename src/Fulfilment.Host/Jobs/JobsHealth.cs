using System.Data.Common;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host.Jobs;

/// <summary>Whether jobs run, here or on another node, told by the one that looks at held orders: it is short, and its delay keeps money and codes back.</summary>
internal sealed class JobsHealth(JobLeaseStore leases, TimeProvider time)
{
    private static readonly TimeSpan LateAfter = 6 * HeldOrderWatch.Period;

    private long _lookedAt = time.GetTimestamp();
    private bool _isHere;
    private bool _hasLooked;

    /// <summary>Whether a look has succeeded here yet.</summary>
    public bool HasLooked => Volatile.Read(ref _hasLooked);

    /// <summary>Whether this node has the job now.</summary>
    public void Found(IRecurringJob job, bool isHere)
    {
        if (job is HeldOrderWatch && isHere != Volatile.Read(ref _isHere))
        {
            Volatile.Write(ref _lookedAt, time.GetTimestamp());
            Volatile.Write(ref _isHere, isHere);
        }
    }

    /// <summary>A look has succeeded.</summary>
    public void Looked(IRecurringJob job)
    {
        if (job is HeldOrderWatch)
        {
            Volatile.Write(ref _lookedAt, time.GetTimestamp());
            Volatile.Write(ref _hasLooked, true);
        }
    }

    /// <summary>Whether it is long since the last look that succeeded, where the job is this node's, and otherwise whether it is nobody's.</summary>
    public async Task<bool> IsLateAsync(TimeSpan patience)
    {
        if (time.GetElapsedTime(Volatile.Read(ref _lookedAt)) <= LateAfter)
        {
            return false;
        }

        try
        {
            return Volatile.Read(ref _isHere) || !await leases.IsHeldAsync(HeldOrderWatch.JobName).WaitAsync(patience, time);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or InvalidOperationException)
        {
            return true;
        }
    }
}
