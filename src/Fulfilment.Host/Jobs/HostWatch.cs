using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Host.Jobs;

/// <summary>Looks at what each host can only say of itself: its disk, its clock, its breakers.</summary>
internal sealed partial class HostWatch(WatchDisk disk, WatchClock clock, WatchBreakers breakers, TimeProvider time, ILogger<HostWatch> log)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            foreach (var watch in (IConditionWatch[])[disk, clock, breakers])
            {
                await LookAsync(watch, stopping);
            }
        }
    }

    private async Task LookAsync(IConditionWatch watch, CancellationToken stopping)
    {
        try
        {
            await watch.LookAsync(stopping);
        }
        catch (NodeLeaseLostException)
        {
            // Said by whoever keeps the lease.
        }
#pragma warning disable CA1031 // The next look makes up for it; the others must not wait for it.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(exception, watch.GetType().Name);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Watch} failed on this host; it looks again in a moment.")]
    private partial void LogFailed(Exception exception, string watch);
}
