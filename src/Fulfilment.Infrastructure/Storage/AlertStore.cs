using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>alerts</c>, and its events in <c>alert_events</c>.</summary>
public sealed class AlertStore(IDatabase database, IdGenerator ids, TimeProvider time) : IAlerts
{
    private const string SelectStanding = $"SELECT {AlertRow.Columns} FROM alerts WHERE dedup_key = @key AND stands = 1";

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public async Task RaiseAsync(NewAlert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);

        // What lasts is raised at every look; that it is known is found out without keeping writers waiting.
        if (AlertGuide.Lasts(alert.Kind) && await database.ReadAsync(connection => FindStandingAsync(connection, alert.Key)).ConfigureAwait(false) is { } known
            && !alert.SaysMoreThan(known.ToAlert()))
        {
            return;
        }

        await database.WriteAsync(async connection =>
        {
            var (id, now) = await StampAsync(connection).ConfigureAwait(false);
            await RaiseAsync(connection, alert, id, now).ConfigureAwait(false);
            return 0;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> ResolveAsync(string key) => database.WriteAsync(connection => ResolveAsync(connection, key, time.GetUtcNow()));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, Alert>> StandingAsync(AlertKind kind) => database.ReadAsync<IReadOnlyDictionary<string, Alert>>(async connection =>
        (await connection.QueryAsync<AlertRow>($"SELECT {AlertRow.Columns} FROM alerts WHERE stands = 1 AND kind = @kind", new { kind }).ConfigureAwait(false))
            .ToDictionary(row => row.Key, row => row.ToAlert(), StringComparer.Ordinal));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Alert>> ListAsync(AlertFilter filter, long before, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return database.ReadAsync<IReadOnlyList<Alert>>(
            async connection => [.. (await connection.QueryAsync<AlertRow>(
                ListSql(database.Dialect, filter),
                new { filter.Status, filter.Kind, filter.Severity, filter.Subject, filter.Group, before, limit }).ConfigureAwait(false)).Select(row => row.ToAlert())],
            cancellation);
    }

    /// <inheritdoc/>
    public Task<Result<Alert>> MoveAsync(long id, AlertStatus to, Actor actor, string? note) => database.WriteAsync<Result<Alert>>(async connection =>
    {
        if (await FindAsync(connection, id).ConfigureAwait(false) is not { } alert)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        if (!AlertStates.Table.Allows(alert.Status, to))
        {
            return alert;
        }

        var move = new { id, to, now = NowMs, by = actor.Name, note, expected = alert.Status, stands = AlertGuide.Lasts(alert.Kind) ? 1 : 0 };
        if (to == AlertStatus.Resolved)
        {
            await connection.ExecuteAsync(
                "UPDATE alerts SET status = @to, resolved_at = @now, resolved_by = @by, resolved_note = @note, stands = @stands WHERE id = @id AND status = @expected", move).ConfigureAwait(false);
            await TellAsync(connection, id, AlertEvent.Resolved, move.now).ConfigureAwait(false);
        }
        else
        {
            await connection.ExecuteAsync(
                "UPDATE alerts SET status = @to, acknowledged_at = @now, acknowledged_by = @by, acknowledged_note = @note WHERE id = @id AND status = @expected", move).ConfigureAwait(false);
        }

        await AuditStore.AppendAsync(connection, new AuditEntry(
            ids.Next(), actor, to == AlertStatus.Resolved ? "alert.resolved" : "alert.acknowledged", $"alert:{PublicId.Format(PublicId.Alert, id)}",
            After: note is null ? null : StorageJson.Write(new { note }))).ConfigureAwait(false);
        return (await FindAsync(connection, id).ConfigureAwait(false))!;
    });

    /// <summary>
    /// For the stores: the alert becomes part of the caller's transaction; whether nothing with its key stood. The partial unique index decides that one with the key
    /// stands.
    /// </summary>
    internal static async Task<bool> RaiseAsync(DbConnection connection, NewAlert alert, long id, DateTimeOffset now)
    {
        var known = await FindStandingAsync(connection, alert.Key).ConfigureAwait(false);
        var lasts = AlertGuide.Lasts(alert.Kind);
        if (known is not null && lasts && !alert.SaysMoreThan(known.ToAlert()))
        {
            return false;
        }

        var (isNew, nowMs) = (known is null, now.ToUnixTimeMilliseconds());
        if (known is { Status: (long)AlertStatus.Resolved })
        {
            await connection.ExecuteAsync("UPDATE alerts SET stands = 0 WHERE id = @Id", new { known.Id }).ConfigureAwait(false);
            known = null;
        }

        var parameters = new
        {
            id = known?.Id ?? id, alert.Kind, alert.Severity, open = AlertStatus.Open, alert.Subject, alert.Key, alert.Cause.English, alert.Cause.Chinese, now = nowMs,
            stake = alert.AtStake?.Amount.TenThousandths, currency = alert.AtStake?.Currency, alert.Group, alert.Link, more = lasts ? 0 : 1,
        };
        if (known is null)
        {
            await connection.ExecuteAsync("""
                INSERT INTO alerts (id, kind, severity, status, subject, dedup_key, cause, cause_zh, count, last_at, at_stake, at_stake_currency, group_key, link, stands)
                VALUES (@id, @Kind, @Severity, @open, @Subject, @Key, @English, @Chinese, 1, @now, @stake, @currency, @Group, @Link, 1)
                """, parameters).ConfigureAwait(false);
            await TellAsync(connection, id, AlertEvent.Opened, nowMs).ConfigureAwait(false);
            return isNew;
        }

        await connection.ExecuteAsync("""
            UPDATE alerts SET count = count + @more, last_at = @now, cause = @English, cause_zh = @Chinese, severity = @Severity, at_stake = @stake,
                              at_stake_currency = @currency, group_key = @Group, link = @Link
            WHERE id = @id
            """, parameters).ConfigureAwait(false);
        if ((long)alert.Severity > known.Severity)
        {
            await WorsenAsync(connection, known.Id, nowMs).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>For the stores: the same for the end of an alert, that a person has resolved or not.</summary>
    internal static async Task<bool> ResolveAsync(DbConnection connection, string key, DateTimeOffset now)
    {
        if (await FindStandingAsync(connection, key).ConfigureAwait(false) is not { } known)
        {
            return false;
        }

        var move = new { known.Id, resolved = AlertStatus.Resolved, now = now.ToUnixTimeMilliseconds() };
        await connection.ExecuteAsync(
            "UPDATE alerts SET status = @resolved, resolved_at = coalesce(resolved_at, @now), stands = 0 WHERE id = @Id", move).ConfigureAwait(false);
        if (known.Status == (long)AlertStatus.Resolved)
        {
            return false;
        }

        await TellAsync(connection, known.Id, AlertEvent.Resolved, move.now).ConfigureAwait(false);
        return true;
    }

    /// <summary>Leaves the event for the channels, in the transaction that makes it so. One that waits already is not told twice.</summary>
    internal static Task TellAsync(DbConnection connection, long alertId, AlertEvent what, long nowMs) => connection.ExecuteAsync(
        """
        INSERT INTO alert_events (alert_id, event, at)
        SELECT a.id, @what, @nowMs FROM alerts AS a
        WHERE a.id = @alertId AND NOT EXISTS (SELECT 1 FROM alert_events AS e WHERE e.alert_id = a.id AND e.event = @what)
        """,
        new { alertId, what, nowMs });

    internal static string ListSql(SqlDialect dialect, AlertFilter filter) => $"""
        SELECT {AlertRow.Columns} FROM alerts
        WHERE id < @before {(filter.Status is null ? "" : "AND status = @Status")} {(filter.Kind is null ? "" : "AND kind = @Kind")}
              {(filter.Severity is null ? "" : "AND severity = @Severity")} {(filter.Subject is null ? "" : "AND subject = @Subject")}
              {(filter.Group is null ? "" : "AND group_key = @Group")}
        ORDER BY id DESC {dialect.Limit("@limit")}
        """;

    // Whoever looked after the warning, or heard that nobody did, has not heard of this.
    private static async Task WorsenAsync(DbConnection connection, long id, long nowMs)
    {
        await connection.ExecuteAsync(
            """
            UPDATE alerts SET status = @open, severe_at = @nowMs, escalated_at = NULL, acknowledged_at = NULL, acknowledged_by = NULL, acknowledged_note = NULL
            WHERE id = @id AND status <> 20
            """,
            new { id, open = AlertStatus.Open, nowMs }).ConfigureAwait(false);
        await TellAsync(connection, id, AlertEvent.Worsened, nowMs).ConfigureAwait(false);
    }

    // A host whose clock is off makes no ids, and has to be able to say so: the database's clock makes this one.
    private async Task<(long Id, DateTimeOffset At)> StampAsync(DbConnection connection)
    {
        try
        {
            return (ids.Next(), time.GetUtcNow());
        }
        catch (NodeLeaseLostException) when (database.Dialect.Clock is not null)
        {
            var now = DateTimeOffset.FromUnixTimeMilliseconds(await connection.ExecuteScalarAsync<long>($"SELECT {database.Dialect.Clock}").ConfigureAwait(false));
            return (IdGenerator.OfNobody(now), now);
        }
    }

    private static Task<AlertRow?> FindStandingAsync(DbConnection connection, string key) =>
        connection.QuerySingleOrDefaultAsync<AlertRow>(SelectStanding, new { key });

    private static async Task<Alert?> FindAsync(DbConnection connection, long id) =>
        (await connection.QuerySingleOrDefaultAsync<AlertRow>($"SELECT {AlertRow.Columns} FROM alerts WHERE id = @id", new { id }).ConfigureAwait(false))?.ToAlert();
}
