using Fulfilment.Core.Privacy;

namespace Fulfilment.Host.Jobs;

/// <summary>Erases personal data whose term has ended. Where it stands is in the database; this only looks often enough.</summary>
internal sealed partial class RetentionWatch(EraseAfterTerm erase, ILogger<RetentionWatch> log) : IRecurringJob
{
    public string Name => "retention";

    public TimeSpan Interval => TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        if (await erase.RunAsync(stopping) is > 0 and var count)
        {
            LogErased(count);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Personal data was erased from {Count} orders, whose term had ended.")]
    private partial void LogErased(int count);
}
