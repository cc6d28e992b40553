namespace Fulfilment.Core.Jobs;

/// <summary>The nudge inside one process: wakes its workers at the time that was said.</summary>
/// <param name="units">Wakes what sees units through.</param>
/// <param name="signals">Wakes the others.</param>
public sealed class SignalQueue(WorkSignal units, JobSignals signals) : IJobQueue
{
    /// <inheritdoc/>
    public void UnitDue(long orderId, long unitId, DateTimeOffset at) => units.RaiseAt(at);

    /// <inheritdoc/>
    public void WebhookDue(long? orderId, long deliveryId, DateTimeOffset at) => signals.Webhooks.RaiseAt(at);

    /// <inheritdoc/>
    public void RunNow(string job) => signals.Jobs.Raise();
}

/// <summary>The signals of a process beside that of its units.</summary>
public sealed class JobSignals
{
    /// <summary>Wakes what delivers webhooks.</summary>
    public WorkSignal Webhooks { get; } = new();

    /// <summary>Wakes what runs recurring jobs.</summary>
    public WorkSignal Jobs { get; } = new();
}
