using Fulfilment.Core.CardKeys.Life;

namespace Fulfilment.Host.Jobs;

/// <summary>Expires card keys whose last day is over.</summary>
internal sealed partial class ExpiryWatch(ExpireCardKeys expiry, ILogger<ExpiryWatch> log) : IRecurringJob
{
    public string Name => "expiry";

    /// <summary>A day's turn is found within a minute, and so is a key that a held order gives back after its last day.</summary>
    public TimeSpan Interval => TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        if (await expiry.RunAsync(stopping) is > 0 and var count)
        {
            LogExpired(count);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} card keys were expired.")]
    private partial void LogExpired(long count);
}
