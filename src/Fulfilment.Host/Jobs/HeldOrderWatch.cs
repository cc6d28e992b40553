using Fulfilment.Core.Orders;

namespace Fulfilment.Host.Jobs;

/// <summary>Calls off held orders whose time is over. The due times in the table are the truth; this only looks often enough.</summary>
internal sealed partial class HeldOrderWatch(SettleHeldOrder held, ILogger<HeldOrderWatch> log) : IRecurringJob
{
    public const string JobName = "held-orders";

    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    public string Name => JobName;

    public TimeSpan Interval => Period;

    public async Task RunAsync(CancellationToken stopping)
    {
        if (await held.CancelDueAsync(stopping) is > 0 and var count)
        {
            LogCancelled(count);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} held orders ran out of time and were cancelled.")]
    private partial void LogCancelled(int count);
}
