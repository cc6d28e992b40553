using Fulfilment.Core.Auditing;

namespace Fulfilment.Host.Jobs;

/// <summary>Looks often enough for an unusual number of codes shown.</summary>
internal sealed partial class RevealWatch(WatchReveals reveals, ILogger<RevealWatch> log) : IRecurringJob
{
    public string Name => "reveals";

    public TimeSpan Interval => TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken stopping)
    {
        if (await reveals.RunAsync(stopping) is > 0 and var count)
        {
            LogRaised(count);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} keys have shown an unusual number of codes; see GET /v1/admin/alerts.")]
    private partial void LogRaised(int count);
}
