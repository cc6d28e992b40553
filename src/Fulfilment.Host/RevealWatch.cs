using Fulfilment.Core.Auditing;

namespace Fulfilment.Host;

/// <summary>Looks often enough for an unusual number of codes shown.</summary>
internal sealed partial class RevealWatch(WatchReveals reveals, TimeProvider time, ILogger<RevealWatch> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                if (await reveals.RunAsync(stopping) is > 0 and var count)
                {
                    LogRaised(count);
                }
            }
#pragma warning disable CA1031 // The next look finds what this one missed; the loop must live.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} keys have shown an unusual number of codes; see GET /v1/admin/alerts.")]
    private partial void LogRaised(int count);

    [LoggerMessage(2, LogLevel.Error, "The codes shown could not be counted; they are looked at again.")]
    private partial void LogFailed(Exception exception);
}
