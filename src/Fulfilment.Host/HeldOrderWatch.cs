using Fulfilment.Core.Orders;

namespace Fulfilment.Host;

/// <summary>Calls off held orders whose time is over. The due times in the table are the truth; this only looks often enough.</summary>
internal sealed partial class HeldOrderWatch(SettleHeldOrder held, TimeProvider time, ILogger<HeldOrderWatch> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LateAfter = 6 * Interval;

    private long _lookedAt = time.GetTimestamp();

    /// <summary>Whether it is long since the last look that succeeded.</summary>
    public bool IsLate => time.GetElapsedTime(Volatile.Read(ref _lookedAt)) > LateAfter;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                if (await held.CancelDueAsync(stopping) is > 0 and var count)
                {
                    LogCancelled(count);
                }

                Volatile.Write(ref _lookedAt, time.GetTimestamp());
            }
#pragma warning disable CA1031 // The next look finds what this one missed; the loop must live.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} held orders ran out of time and were cancelled.")]
    private partial void LogCancelled(int count);

    [LoggerMessage(2, LogLevel.Error, "Held orders could not be looked at; they are looked at again.")]
    private partial void LogFailed(Exception exception);
}
