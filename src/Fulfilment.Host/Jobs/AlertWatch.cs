using Fulfilment.Core.Alerts.Channels;

namespace Fulfilment.Host.Jobs;

/// <summary>Looks often enough for alerts that nobody has acknowledged, and now and then clears away what was told long ago.</summary>
internal sealed partial class AlertWatch(EscalateAlerts escalate, TimeProvider time, ILogger<AlertWatch> log) : IRecurringJob
{
    private static readonly TimeSpan TidyEvery = TimeSpan.FromHours(1);

    private long? _tidiedAt;

    public string Name => "alerts";

    public TimeSpan Interval => TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        if (await escalate.RunAsync() is > 0 and var count)
        {
            LogEscalated(count);
        }

        if (_tidiedAt is not { } at || time.GetElapsedTime(at) >= TidyEvery)
        {
            _tidiedAt = time.GetTimestamp();
            if (await escalate.TidyAsync() is > 0 and var given)
            {
                LogOrphaned(given);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} alerts were escalated: nobody has acknowledged them in time.")]
    private partial void LogEscalated(int count);

    [LoggerMessage(2, LogLevel.Error, "{Count} messages are given up: for three days no host has had their alert channels.")]
    private partial void LogOrphaned(int count);
}
