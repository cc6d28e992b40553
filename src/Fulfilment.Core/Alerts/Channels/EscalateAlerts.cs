namespace Fulfilment.Core.Alerts.Channels;

/// <summary>Escalates what nobody has acknowledged in time, once; and keeps the notifications from growing for ever.</summary>
public sealed class EscalateAlerts(INotificationStore store, AlertPolicy policy, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30), Orphaned = TimeSpan.FromDays(3);

    /// <summary>How many were escalated.</summary>
    public async Task<int> RunAsync()
    {
        var now = time.GetUtcNow();
        var count = 0;
        foreach (var (severity, after) in new[] { (AlertSeverity.Critical, policy.EscalateCritical), (AlertSeverity.Warning, policy.EscalateWarning) })
        {
            count += after is { } patience ? await store.EscalateAsync(severity, now - patience).ConfigureAwait(false) : 0;
        }

        return count;
    }

    /// <summary>Deletes what was told long ago, and gives up what is for a channel that no node has; how many.</summary>
    public Task<int> TidyAsync() => store.TidyAsync(time.GetUtcNow() - Kept, time.GetUtcNow() - Orphaned);
}
