using Fulfilment.Core.Privacy;

namespace Fulfilment.Host;

/// <summary>Erases personal data whose term has ended. Where it stands is in the database; this only looks often enough.</summary>
internal sealed partial class RetentionWatch(EraseAfterTerm erase, TimeProvider time, ILogger<RetentionWatch> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (await erase.RunAsync(stopping) is > 0 and var count)
                {
                    LogErased(count);
                }
            }
#pragma warning disable CA1031 // The next look finds what this one missed; the loop must live.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    [LoggerMessage(1, LogLevel.Information, "Personal data was erased from {Count} orders, whose term had ended.")]
    private partial void LogErased(int count);

    [LoggerMessage(2, LogLevel.Error, "Personal data whose term has ended could not be erased; it is looked at again.")]
    private partial void LogFailed(Exception exception);
}
