namespace Fulfilment.Core.Alerts.Channels;

/// <summary>Deletes what was told long ago, and gives up what is for a channel that no node has.</summary>
public sealed class TidyNotifications(INotificationStore store, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30), Orphaned = TimeSpan.FromDays(3);

    /// <summary>How many were given up.</summary>
    public async Task<long> RunAsync()
    {
        var now = time.GetUtcNow();
        return await store.TidyAsync(now - Kept, now - Orphaned).ConfigureAwait(false);
    }
}
