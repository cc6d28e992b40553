namespace Fulfilment.Core.Alerts.Channels;

/// <summary>
/// Gives what became of alerts to the channels that want it. What is told in one message waits for one another: a group's first alert for a moment, and what
/// comes after a message until the next update, unless it is worse than what was told.
/// </summary>
public sealed class AddressAlerts(INotificationStore store, AlertPolicy policy, TimeProvider time)
{
    private const int AtOnce = 200;

    /// <summary>Gives all that is there; how many events.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var count = 0;
        while (await store.FindEventsAsync(AtOnce, cancellation).ConfigureAwait(false) is { Count: > 0 } events)
        {
            await AddressAsync(events, cancellation).ConfigureAwait(false);
            count += events.Count;
        }

        return count;
    }

    private async Task AddressAsync(IReadOnlyList<WaitingEvent> events, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var groups = events.Select(waiting => waiting.Group).ToHashSet(StringComparer.Ordinal);
        var told = (await store.FindToldAsync(groups, now - policy.UpdateEvery, cancellation).ConfigureAwait(false)).ToDictionary(group => (group.Channel, group.Group));
        var unresolved = await store.FindUnresolvedAsync(groups, cancellation).ConfigureAwait(false);
        await store.AddressAsync([.. events.Select(waiting => new AddressedEvent(
            waiting,
            [.. policy.Channels.Where(channel => channel.Wants(waiting.Alert, waiting.Event)).Select(channel =>
                (channel.Name, DueAt(waiting, told.GetValueOrDefault((channel.Name, waiting.Group)), unresolved.Contains(waiting.Group), now)))]))]).ConfigureAwait(false);
    }

    private DateTimeOffset DueAt(WaitingEvent waiting, ToldGroup? told, bool goesOn, DateTimeOffset now)
    {
        var soon = waiting.Alert.Group is null ? now : now + policy.GroupFor;
        var update = told is null ? soon : Later(soon, told.At + policy.UpdateEvery);
        return waiting.Event switch
        {
            AlertEvent.Escalated => soon,

            // That all of it is over is no update: somebody may be out of bed because of it.
            AlertEvent.Resolved => goesOn ? update : soon,
            AlertEvent.Opened or AlertEvent.Worsened => told is null || waiting.Alert.Severity > told.Severity ? soon : update,
        };
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
