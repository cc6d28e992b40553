using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host.Jobs;

/// <summary>Repeats one job for as long as this node holds its lease, and otherwise looks whether the lease has become free.</summary>
internal sealed partial class JobLoop(IRecurringJob job, JobLeaseKeeper leases, JobsHealth health, TimeProvider time, ILogger log)
{
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(job.Interval, time);
        do
        {
            await LookAsync(stopping);
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        var lease = CancellationToken.None;
        try
        {
            var found = await leases.FindAsync(job.Name);
            health.Found(job, isHere: found is not null);
            if (found is null)
            {
                return;
            }

            lease = found.Value;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, lease);
            await job.RunAsync(either.Token);
            health.Looked(job);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (OperationCanceledException) when (lease.IsCancellationRequested)
        {
            LogLeaseEnded(job.Name);
        }
#pragma warning disable CA1031 // The next look finds what this one missed; the loop must live.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, job.Name);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The job {Job} failed; it is tried again.")]
    private partial void LogFailed(Exception exception, string job);

    [LoggerMessage(2, LogLevel.Warning, "The job {Job} was broken off because its lease ended: this host stalled, or the database did not answer. Whoever holds the lease goes on.")]
    private partial void LogLeaseEnded(string job);
}
