using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Pool;

/// <summary>Tells the pool when the stock has changed, also by a command beside the host: polls one counter.</summary>
public sealed partial class StockWatch(ICardKeyWindowReader reader, IWatchedPool pool, TimeProvider time, ILogger<StockWatch> logger)
{
    /// <summary>Between two looks at the counter.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private long? _seen;

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stop).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A look that failed is made up for by the next one.
            catch (Exception exception) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(exception);
            }
        }
    }

    internal async Task LookAsync(CancellationToken stop)
    {
        var version = await reader.StockVersionAsync(stop).ConfigureAwait(false);
        if (version != _seen)
        {
            await pool.StockChangedAsync(stop).ConfigureAwait(false);
            // Only now: a look that fails half-way is made again.
            _seen = version;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stock counter could not be read; the pool may serve keys that expire later first until it can.")]
    private partial void LogFailed(Exception exception);
}
