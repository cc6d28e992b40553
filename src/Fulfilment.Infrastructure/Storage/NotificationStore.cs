using System.Data.Common;
using Dapper;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The tables <c>alert_events</c>, <c>alert_notifications</c> and <c>alert_channels</c>.</summary>
public sealed class NotificationStore(IDatabase database, IdGenerator ids, TimeProvider time) : INotificationStore
{
    internal const string Events = "SELECT alert_id AS AlertId, event AS Event FROM alert_events ORDER BY alert_id, event";

    // A clock that was set back may have left a rest in the far future; it is over then.
    internal const string Due = """
        SELECT DISTINCT n.channel FROM alert_notifications AS n LEFT JOIN alert_channels AS c ON c.name = n.channel
        WHERE n.state = 10 AND n.due_at <= @now
              AND (c.name IS NULL OR ((c.lease_until <= @now OR c.lease_until > @farthest) AND (c.next_at <= @now OR c.next_at > @farthest)))
        """;

    internal const string Waiting = """
        SELECT id AS Id, alert_id AS AlertId, event AS Event, group_key AS GroupKey, due_at AS DueAt, held AS Held, attempts AS Attempts
        FROM alert_notifications WHERE channel = @channel AND state = 10 ORDER BY due_at, id
        """;

    private const int LongestError = 500;

    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(1);

    private readonly LeaseClock _clock = LeaseClock.Of(database, time);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingEvent>> FindEventsAsync(int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<WaitingEvent>>(
        async connection =>
        {
            var rows = (await connection.QueryAsync<EventRow>($"{Events} {database.Dialect.Limit("@limit")}", new { limit }).ConfigureAwait(false)).AsList();
            var alerts = await FindAlertsAsync(connection, rows.Select(row => row.AlertId)).ConfigureAwait(false);
            return [.. rows.Select(row => new WaitingEvent(alerts[row.AlertId].ToAlert(), alerts[row.AlertId].Key, (AlertEvent)row.Event))];
        },
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToldGroup>> FindToldAsync(IReadOnlyCollection<string> groups, DateTimeOffset since, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<ToldGroup>>(
            async connection => [.. (await connection.QueryAsync<ToldRow>(
                """
                SELECT channel AS Channel, group_key AS GroupKey, max(ended_at) AS At, max(severity) AS Severity FROM alert_notifications
                WHERE group_key IN @groups AND state = 20 AND ended_at > @since
                GROUP BY channel, group_key
                """,
                new { groups, since = since.ToUnixTimeMilliseconds() }).ConfigureAwait(false))
                .Select(row => new ToldGroup(row.Channel, row.GroupKey, DateTimeOffset.FromUnixTimeMilliseconds(row.At), (AlertSeverity)row.Severity))],
            cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> FindUnresolvedAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation) => database.ReadAsync<IReadOnlySet<string>>(
        async connection => (await connection.QueryAsync<string>(
            """
            SELECT group_key FROM alerts WHERE group_key IN @groups AND status <> 20
            UNION
            SELECT dedup_key FROM alerts WHERE dedup_key IN @groups AND group_key IS NULL AND stands = 1 AND status <> 20
            """,
            new { groups }).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal),
        cancellation);

    /// <inheritdoc/>
    public Task AddressAsync(IReadOnlyList<AddressedEvent> events) => database.WriteAsync(async connection =>
    {
        foreach (var addressed in events)
        {
            var (alert, what) = (addressed.Waiting.Alert, addressed.Waiting.Event);

            // Another node has given it to the channels since we read it.
            if (await connection.ExecuteAsync("DELETE FROM alert_events WHERE alert_id = @Id AND event = @what", new { alert.Id, what }).ConfigureAwait(false) == 0)
            {
                continue;
            }

            foreach (var (channel, dueAt) in addressed.Channels)
            {
                await connection.ExecuteAsync(
                    """
                    INSERT INTO alert_notifications (id, channel, alert_id, event, severity, group_key, state, due_at, held, attempts)
                    SELECT @id, @channel, a.id, @what, @severity, @group, 10, @due, 0, 0 FROM alerts AS a
                    WHERE a.id = @alertId
                          AND (@what <> 4 OR EXISTS (SELECT 1 FROM alert_notifications AS n WHERE n.alert_id = a.id AND n.channel = @channel AND n.state IN (10, 20)))
                    """,
                    new
                    {
                        id = ids.Next(), channel, alertId = alert.Id, what, severity = alert.Severity, group = addressed.Waiting.Group, due = dueAt.ToUnixTimeMilliseconds(),
                    }).ConfigureAwait(false);
            }
        }

        return 0;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindDueAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<string>>(
        async connection => [.. await connection.QueryAsync<string>(Due, new { now = NowMs, farthest = NowMs + (long)LongestRest.TotalMilliseconds }).ConfigureAwait(false)], cancellation);

    /// <inheritdoc/>
    public Task<int?> TryLeaseAsync(string channel, TimeSpan duration) => database.WriteGuardedAsync<int?>(async connection =>
    {
        var now = await _clock.NowMsAsync(connection).ConfigureAwait(false);
        var until = now + (long)duration.TotalMilliseconds;
        var failures = await connection.QuerySingleOrDefaultAsync<long?>("SELECT failures FROM alert_channels WHERE name = @channel", new { channel }).ConfigureAwait(false);
        if (failures is null)
        {
            await connection.ExecuteAsync(
                "INSERT INTO alert_channels (name, lease_until, next_at, failures, given_up) VALUES (@channel, @until, 0, 0, 0)", new { channel, until }).ConfigureAwait(false);
            return 0;
        }

        var taken = await connection.ExecuteAsync(
            """
            UPDATE alert_channels SET lease_until = @until
            WHERE name = @channel AND (lease_until <= @now OR lease_until > @farthest) AND (next_at <= @now OR next_at > @farthest)
            """,
            new { channel, until, now, farthest = now + (long)LongestRest.TotalMilliseconds }).ConfigureAwait(false);
        return taken == 1 ? (int)failures : null;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingNotification>> FindWaitingAsync(string channel, int limit) => database.ReadAsync<IReadOnlyList<WaitingNotification>>(async connection =>
    {
        var rows = (await connection.QueryAsync<WaitingRow>($"{Waiting} {database.Dialect.Limit("@limit")}", new { channel, limit }).ConfigureAwait(false)).AsList();
        var alerts = await FindAlertsAsync(connection, rows.Select(row => row.AlertId)).ConfigureAwait(false);
        var told = rows.Count == 0 ? [] : (await connection.QueryAsync<long>(
            "SELECT DISTINCT alert_id FROM alert_notifications WHERE channel = @channel AND state = 20 AND alert_id IN @keys", new { channel, keys = alerts.Keys }).ConfigureAwait(false)).ToHashSet();
        return [.. rows.Select(row => new WaitingNotification(
            row.Id, (AlertEvent)row.Event, row.GroupKey, DateTimeOffset.FromUnixTimeMilliseconds(row.DueAt), row.Held == 1, (int)row.Attempts, told.Contains(row.AlertId),
            alerts[row.AlertId].ToAlert()))];
    });

    /// <inheritdoc/>
    public Task EndAsync(string channel, SendOutcome outcome) => database.WriteGuardedAsync(async connection =>
    {
        var now = NowMs;
        await EndAsync(connection, outcome.Sent, 20, now, null).ConfigureAwait(false);
        await EndAsync(connection, outcome.LeftOut, 21, now, null).ConfigureAwait(false);
        await EndAsync(connection, outcome.GivenUp, 22, now, Cut(outcome.Answer?.Detail)).ConfigureAwait(false);
        if (outcome.Failed.Count > 0)
        {
            await connection.ExecuteAsync(
                "UPDATE alert_notifications SET attempts = attempts + 1, due_at = @due, last_error = @error WHERE id IN @Failed AND state = 10",
                new { outcome.Failed, due = outcome.FailedDueAt.ToUnixTimeMilliseconds(), error = Cut(outcome.Answer?.Detail) }).ConfigureAwait(false);
        }

        if (outcome.PutOff.Count > 0)
        {
            await connection.ExecuteAsync(
                "UPDATE alert_notifications SET held = 1, due_at = @until WHERE id IN @PutOff AND state = 10",
                new { outcome.PutOff, until = outcome.PutOffUntil.ToUnixTimeMilliseconds() }).ConfigureAwait(false);
        }

        var asked = new { channel, next = outcome.NextAt.ToUnixTimeMilliseconds(), now, error = Cut(outcome.Answer?.Detail), given = outcome.GivenUp.Count };
        await (outcome.Answer switch
        {
            null => connection.ExecuteAsync("UPDATE alert_channels SET lease_until = 0, next_at = @next WHERE name = @channel", asked),
            { IsSent: true } => connection.ExecuteAsync(
                "UPDATE alert_channels SET lease_until = 0, next_at = @next, failures = 0, sent_at = @now, last_error = NULL WHERE name = @channel", asked),
            _ => connection.ExecuteAsync(
                """
                UPDATE alert_channels SET lease_until = 0, next_at = @next, failures = failures + 1, failed_at = @now, last_error = @error, given_up = given_up + @given
                WHERE name = @channel
                """,
                asked),
        }).ConfigureAwait(false);
        return 0;
    });

    /// <inheritdoc/>
    public async Task<int> EscalateAsync(AlertSeverity severity, DateTimeOffset before)
    {
        var late = new { severity, beforeId = IdGenerator.FirstAt(before), beforeMs = before.ToUnixTimeMilliseconds() };
        var found = (await database.ReadAsync(connection => connection.QueryAsync<long>(
            """
            SELECT id FROM alerts
            WHERE status = 10 AND severity = @severity AND escalated_at IS NULL AND id < @beforeId AND coalesce(severe_at, 0) < @beforeMs
            """,
            late)).ConfigureAwait(false)).AsList();
        return found.Count == 0 ? 0 : await database.WriteGuardedAsync(async connection =>
        {
            var (count, now) = (0, NowMs);
            foreach (var id in found)
            {
                // Another node, or somebody who acknowledged it, may have been first.
                if (await connection.ExecuteAsync(
                    "UPDATE alerts SET escalated_at = @now WHERE id = @id AND status = 10 AND escalated_at IS NULL", new { now, id }).ConfigureAwait(false) == 1)
                {
                    await AlertStore.TellAsync(connection, id, AlertEvent.Escalated, now).ConfigureAwait(false);
                    count++;
                }
            }

            return count;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<int> TidyAsync(DateTimeOffset endedBefore, DateTimeOffset madeBefore) => database.WriteAsync(
        async connection =>
        {
            await connection.ExecuteAsync(
                """
                DELETE FROM alert_notifications
                WHERE ended_at < @ended AND NOT EXISTS (SELECT 1 FROM alerts AS a WHERE a.id = alert_notifications.alert_id AND a.status <> 20)
                """,
                new { ended = endedBefore.ToUnixTimeMilliseconds() }).ConfigureAwait(false);
            return await connection.ExecuteAsync(
                "UPDATE alert_notifications SET state = 22, ended_at = @now, last_error = 'no host has this channel' WHERE state = 10 AND id < @made",
                new { now = NowMs, made = IdGenerator.FirstAt(madeBefore) }).ConfigureAwait(false);
        },
        WritePriority.Bulk);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelState>> FindStatesAsync(CancellationToken cancellation) => database.ReadAsync(ChannelStates.FindAsync, cancellation);

    private static string? Cut(string? text) => text?.Length > LongestError ? text[..LongestError] : text;

    private static async Task<Dictionary<long, AlertRow>> FindAlertsAsync(DbConnection connection, IEnumerable<long> alertIds)
    {
        var keys = alertIds.Distinct().ToList();
        return keys.Count == 0 ? [] : (await connection.QueryAsync<AlertRow>(
            $"SELECT {AlertRow.Columns} FROM alerts WHERE id IN @keys", new { keys }).ConfigureAwait(false)).ToDictionary(row => row.Id);
    }

    private static Task<int> EndAsync(DbConnection connection, IReadOnlyList<long> notifications, int state, long now, string? error) =>
        notifications.Count == 0 ? Task.FromResult(0) : connection.ExecuteAsync(
            "UPDATE alert_notifications SET state = @state, ended_at = @now, last_error = coalesce(@error, last_error) WHERE id IN @notifications AND state = 10",
            new { notifications, state, now, error });

    private sealed class EventRow
    {
        public long AlertId { get; init; }

        public long Event { get; init; }
    }

    private sealed class ToldRow
    {
        public string Channel { get; init; } = "";

        public string GroupKey { get; init; } = "";

        public long At { get; init; }

        public long Severity { get; init; }
    }

    private sealed class WaitingRow
    {
        public long Id { get; init; }

        public long AlertId { get; init; }

        public long Event { get; init; }

        public string GroupKey { get; init; } = "";

        public long DueAt { get; init; }

        public long Held { get; init; }

        public long Attempts { get; init; }
    }
}
