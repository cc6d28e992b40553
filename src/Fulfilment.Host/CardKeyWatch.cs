using Fulfilment.Core.CardKeys.Life;

namespace Fulfilment.Host;

/// <summary>Voids what recalled and rejected batches have left unsold, and expires what is over. The rows are the truth; this only looks often enough.</summary>
internal sealed partial class CardKeyWatch(VoidWithdrawnBatches withdrawn, ExpireCardKeys expiry, TimeProvider time, ILogger<CardKeyWatch> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A day's turn is found within a minute, and so is a key that a held order gives back after its last day.
    private const int TicksPerExpiry = 60;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        for (var tick = 0; ; tick++)
        {
            if (tick % TicksPerExpiry == 0)
            {
                await LookAsync("expired", expiry.RunAsync, stopping);
            }

            await LookAsync("voided", withdrawn.RunAsync, stopping);
            if (!await timer.WaitForNextTickAsync(stopping))
            {
                return;
            }
        }
    }

    private async Task LookAsync(string what, Func<CancellationToken, Task<long>> look, CancellationToken stopping)
    {
        try
        {
            if (await look(stopping) is > 0 and var count)
            {
                LogDone(count, what);
            }
        }
#pragma warning disable CA1031 // The next look finds what this one missed; the loop must live.
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(exception, what);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} card keys were {What}.")]
    private partial void LogDone(long count, string what);

    [LoggerMessage(2, LogLevel.Error, "Card keys that are to be {What} could not be looked at; they are looked at again.")]
    private partial void LogFailed(Exception exception, string what);
}
