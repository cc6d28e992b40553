namespace Fulfilment.Core.Alerts.Channels;

/// <summary>What a channel does next with what waits on it.</summary>
/// <param name="PutOff">Warnings that wait for the end of the quiet hours.</param>
/// <param name="PutOffUntil">That end.</param>
/// <param name="LeftOut">What was over before anybody was told.</param>
/// <param name="Told">What the next message tells; empty: there is none.</param>
/// <param name="Alerts">The alerts of the message.</param>
/// <param name="Group">The group that it is about; null: it is a digest of several.</param>
public sealed record MessageChoice(
    IReadOnlyList<WaitingNotification> PutOff, DateTimeOffset PutOffUntil, IReadOnlyList<WaitingNotification> LeftOut, IReadOnlyList<WaitingNotification> Told,
    IReadOnlyList<(Alert Alert, AlertEvent Event)> Alerts, string? Group)
{
    // More groups than this become one message: robots take few messages a minute, and people read even fewer.
    private const int MostMessages = 3;

    /// <summary>Chooses: one group's message, or one digest where there are many or quiet hours have just ended.</summary>
    public static MessageChoice Of(IReadOnlyList<WaitingNotification> waiting, DateTimeOffset now, DateTimeOffset? quietUntil)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        var isDue = waiting.Where(notification => notification.DueAt <= now).ToList();
        var putOff = quietUntil is null ? [] : isDue.Where(notification => notification.Alert.Severity < AlertSeverity.Critical && !notification.IsOver).ToList();
        var due = isDue.Except(putOff).ToList();
        var groups = due.Select(notification => notification.Group).Distinct(StringComparer.Ordinal).ToList();
        var isDigest = groups.Count > MostMessages || (quietUntil is null && groups.Count > 1 && due.Exists(notification => notification.IsHeld));
        var chosen = isDigest ? groups.ToHashSet(StringComparer.Ordinal) : [.. groups.Take(1)];

        // With what is due goes all else of its groups, due or not, so that nothing is told twice.
        var rows = waiting.Where(notification => chosen.Contains(notification.Group)).ToList();
        var byAlert = rows.GroupBy(notification => notification.Alert.Id).ToList();
        var leftOut = byAlert.Where(alert => alert.All(notification => notification.IsOver)).SelectMany(alert => alert).ToList();
        var alerts = byAlert.Where(alert => !alert.All(notification => notification.IsOver)).Select(alert => (alert.First().Alert, EventOf(alert)))
            .OrderBy(item => item.Item2 == AlertEvent.Resolved).ThenByDescending(item => item.Alert.Severity).ThenBy(item => item.Alert.Id).ToList();
        return new MessageChoice(
            [.. putOff.Except(rows)], quietUntil ?? now, leftOut, [.. rows.Except(leftOut)], alerts, isDigest || chosen.Count == 0 ? null : chosen.Single());
    }

    // Newest first: what is over is over, whatever else was to be told of it.
    private static AlertEvent EventOf(IEnumerable<WaitingNotification> alert)
    {
        var events = alert.ToList();
        return events[0].Alert.Status == AlertStatus.Resolved ? AlertEvent.Resolved
            : events.Exists(notification => notification.Event == AlertEvent.Escalated) ? AlertEvent.Escalated
            : events.Exists(notification => notification.Event == AlertEvent.Worsened && notification.IsTold) ? AlertEvent.Worsened
            : AlertEvent.Opened;
    }
}
