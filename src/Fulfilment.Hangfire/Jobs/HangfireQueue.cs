using System.Threading.Channels;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>
/// Nudges the workers of this process at once and in memory, and hands each nudge on to be shown as a scheduled job. Hangfire's storage is never waited for: what
/// cannot be written, or would be too many, is left out and counted, and costs nothing but being seen.
/// </summary>
public sealed class HangfireQueue(SignalQueue inner, ShownBudget budget) : IJobQueue
{
    private readonly Channel<ShownJob> _shown = Channel.CreateBounded<ShownJob>(
        new BoundedChannelOptions(ShownBudget.Most) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => budget.LeaveOut());

    /// <summary>What waits to be written.</summary>
    internal ChannelReader<ShownJob> Shown => _shown.Reader;

    /// <inheritdoc/>
    public void UnitDue(long orderId, long unitId, DateTimeOffset at)
    {
        inner.UnitDue(orderId, unitId, at);
        Show(new ShownJob(orderId, unitId, IsUnit: true, at));
    }

    /// <inheritdoc/>
    public void WebhookDue(long? orderId, long deliveryId, DateTimeOffset at)
    {
        inner.WebhookDue(orderId, deliveryId, at);
        Show(new ShownJob(orderId, deliveryId, IsUnit: false, at));
    }

    /// <inheritdoc/>
    public void RunNow(string job) => inner.RunNow(job);

    private void Show(ShownJob job)
    {
        if (budget.TryTake())
        {
            _shown.Writer.TryWrite(job);
        }
    }
}

/// <summary>A nudge to show.</summary>
/// <param name="OrderId">Whose chain it is of.</param>
/// <param name="Id">Of the unit or the delivery.</param>
/// <param name="IsUnit">Which of them.</param>
/// <param name="At">When.</param>
internal sealed record ShownJob(long? OrderId, long Id, bool IsUnit, DateTimeOffset At);
