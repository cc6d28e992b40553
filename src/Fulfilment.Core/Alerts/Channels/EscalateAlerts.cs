namespace Fulfilment.Core.Alerts.Channels;

/// <summary>Escalates what nobody has acknowledged in time, once.</summary>
public sealed class EscalateAlerts(INotificationStore store, AlertPolicy policy, TimeProvider time)
{
    /// <summary>How many were escalated.</summary>
    public async Task<long> RunAsync()
    {
        var now = time.GetUtcNow();
        var count = 0L;
        foreach (var (severity, after) in new[] { (AlertSeverity.Critical, policy.EscalateCritical), (AlertSeverity.Warning, policy.EscalateWarning) })
        {
            count += after is { } patience ? await store.EscalateAsync(severity, now - patience).ConfigureAwait(false) : 0;
        }

        return count;
    }
}
