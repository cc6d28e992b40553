using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>alerts</c>.</summary>
public sealed class AlertStore(IDatabase database, IdGenerator ids, TimeProvider time) : IAlerts
{
    private const string Columns = """
        id AS Id, kind AS Kind, severity AS Severity, status AS Status, subject AS Subject, cause AS Cause, count AS Count, last_at AS LastAt,
        acknowledged_at AS AcknowledgedAt, acknowledged_by AS AcknowledgedBy, resolved_at AS ResolvedAt, resolved_by AS ResolvedBy
        """;

    /// <inheritdoc/>
    public Task RaiseAsync(NewAlert alert) => database.WriteAsync(async connection =>
    {
        await RaiseAsync(connection, alert, ids.Next(), time.GetUtcNow()).ConfigureAwait(false);
        return 0;
    });

    /// <inheritdoc/>
    public Task<bool> ResolveAsync(string key) => database.WriteAsync(async connection => await connection.ExecuteAsync(
        "UPDATE alerts SET status = @resolved, resolved_at = @now WHERE dedup_key = @key AND status <> 20",
        new { resolved = AlertStatus.Resolved, now = time.GetUtcNow().ToUnixTimeMilliseconds(), key }).ConfigureAwait(false) > 0);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> UnresolvedKeysAsync(AlertKind kind) => database.ReadAsync<IReadOnlyList<string>>(async connection =>
        [.. await connection.QueryAsync<string>("SELECT dedup_key FROM alerts WHERE status <> 20 AND kind = @kind", new { kind }).ConfigureAwait(false)]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Alert>> ListAsync(AlertStatus? status, AlertKind? kind, long before, int limit, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<Alert>>(
            async connection => [.. (await connection.QueryAsync<Row>(ListSql(database.Dialect, status, kind), new { status, kind, before, limit }).ConfigureAwait(false)).Select(row => row.ToAlert())],
            cancellation);

    /// <inheritdoc/>
    public Task<Result<Alert>> MoveAsync(long id, AlertStatus to, Actor actor) => database.WriteAsync<Result<Alert>>(async connection =>
    {
        if (await FindAsync(connection, id).ConfigureAwait(false) is not { } alert)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        if (!AlertStates.Table.Allows(alert.Status, to))
        {
            return alert;
        }

        var set = to == AlertStatus.Resolved ? "resolved_at = @now, resolved_by = @by" : "acknowledged_at = @now, acknowledged_by = @by";
        await connection.ExecuteAsync(
            $"UPDATE alerts SET status = @to, {set} WHERE id = @id AND status = @expected",
            new { to, now = time.GetUtcNow().ToUnixTimeMilliseconds(), by = actor.Name, id, expected = alert.Status }).ConfigureAwait(false);
        await AuditStore.AppendAsync(connection, new AuditEntry(
            ids.Next(), actor, to == AlertStatus.Resolved ? "alert.resolved" : "alert.acknowledged", $"alert:{PublicId.Format(PublicId.Alert, id)}")).ConfigureAwait(false);
        return (await FindAsync(connection, id).ConfigureAwait(false))!;
    });

    /// <summary>For the stores: the alert becomes part of the caller's transaction. The partial unique index decides between a new one and one more of the same.</summary>
    internal static async Task RaiseAsync(DbConnection connection, NewAlert alert, long id, DateTimeOffset now)
    {
        var parameters = new { id, alert.Kind, alert.Severity, open = AlertStatus.Open, alert.Subject, alert.Key, alert.Cause, now = now.ToUnixTimeMilliseconds() };
        var again = await connection.ExecuteAsync(
            "UPDATE alerts SET count = count + 1, last_at = @now, cause = @Cause, severity = @Severity WHERE dedup_key = @Key AND status <> 20", parameters).ConfigureAwait(false);
        if (again == 0)
        {
            await connection.ExecuteAsync("""
                INSERT INTO alerts (id, kind, severity, status, subject, dedup_key, cause, count, last_at)
                VALUES (@id, @Kind, @Severity, @open, @Subject, @Key, @Cause, 1, @now)
                """, parameters).ConfigureAwait(false);
        }
    }

    internal static string ListSql(SqlDialect dialect, AlertStatus? status, AlertKind? kind) => $"""
        SELECT {Columns} FROM alerts
        WHERE id < @before {(status is null ? "" : "AND status = @status")} {(kind is null ? "" : "AND kind = @kind")}
        ORDER BY id DESC {dialect.Limit("@limit")}
        """;

    private static async Task<Alert?> FindAsync(DbConnection connection, long id) =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM alerts WHERE id = @id", new { id }).ConfigureAwait(false))?.ToAlert();

    private sealed record Row(
        long Id, long Kind, long Severity, long Status, string Subject, string Cause, long Count, long LastAt,
        long? AcknowledgedAt, string? AcknowledgedBy, long? ResolvedAt, string? ResolvedBy)
    {
        public Alert ToAlert() => new(
            Id, (AlertKind)Kind, (AlertSeverity)Severity, (AlertStatus)Status, Subject, Cause, Count, DateTimeOffset.FromUnixTimeMilliseconds(LastAt),
            Time(AcknowledgedAt), AcknowledgedBy, Time(ResolvedAt), ResolvedBy);

        private static DateTimeOffset? Time(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
    }
}
