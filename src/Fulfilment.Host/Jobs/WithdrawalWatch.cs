using Fulfilment.Core.CardKeys.Life;

namespace Fulfilment.Host.Jobs;

/// <summary>Voids what recalled and rejected batches have left unsold. The rows are the truth; this only looks often enough.</summary>
internal sealed partial class WithdrawalWatch(VoidWithdrawnBatches withdrawn, ILogger<WithdrawalWatch> log) : IRecurringJob
{
    public string Name => "withdrawn-batches";

    public TimeSpan Interval => TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        if (await withdrawn.RunAsync(stopping) is > 0 and var count)
        {
            LogVoided(count);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} card keys were voided.")]
    private partial void LogVoided(long count);
}
