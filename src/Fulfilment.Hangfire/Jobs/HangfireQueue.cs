using System.Threading.Channels;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>
/// Nudges the workers of this process at once and in memory, and hands each nudge on to be shown as a scheduled job. Hangfire's storage is never waited for: what
/// cannot be written is left out, and costs nothing but being seen.
/// </summary>
public sealed class HangfireQueue(SignalQueue inner) : IJobQueue
{
    private const int Most = 10_000;

    private readonly Channel<ShownJob> _shown = Channel.CreateBounded<ShownJob>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>What waits to be written.</summary>
    internal ChannelReader<ShownJob> Shown => _shown.Reader;

    /// <inheritdoc/>
    public void UnitDue(long orderId, long unitId, DateTimeOffset at)
    {
        inner.UnitDue(orderId, unitId, at);
        _shown.Writer.TryWrite(new ShownJob(orderId, unitId, IsUnit: true, at));
    }

    /// <inheritdoc/>
    public void WebhookDue(long? orderId, long deliveryId, DateTimeOffset at)
    {
        inner.WebhookDue(orderId, deliveryId, at);
        _shown.Writer.TryWrite(new ShownJob(orderId, deliveryId, IsUnit: false, at));
    }

    /// <inheritdoc/>
    public void RunNow(string job) => inner.RunNow(job);
}

/// <summary>A nudge to show.</summary>
/// <param name="OrderId">Whose chain it is of.</param>
/// <param name="Id">Of the unit or the delivery.</param>
/// <param name="IsUnit">Which of them.</param>
/// <param name="At">When.</param>
internal sealed record ShownJob(long? OrderId, long Id, bool IsUnit, DateTimeOffset At);
