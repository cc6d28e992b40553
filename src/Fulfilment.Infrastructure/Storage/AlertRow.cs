using Fulfilment.Core;
using Fulfilment.Core.Alerts;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>A row of <c>alerts</c>.</summary>
internal sealed class AlertRow
{
    public const string Columns = """
        id AS Id, kind AS Kind, severity AS Severity, status AS Status, subject AS Subject, dedup_key AS "Key", cause AS Cause, cause_zh AS ChineseCause, count AS Count, last_at AS LastAt,
        at_stake AS AtStake, at_stake_currency AS Currency, group_key AS "Group", link AS Link, escalated_at AS EscalatedAt, acknowledged_at AS AcknowledgedAt,
        acknowledged_by AS AcknowledgedBy, acknowledged_note AS AcknowledgedNote, resolved_at AS ResolvedAt, resolved_by AS ResolvedBy, resolved_note AS ResolvedNote,
        stands AS Stands
        """;

    public long Id { get; init; }

    public long Kind { get; init; }

    public long Severity { get; init; }

    public long Status { get; init; }

    public string Subject { get; init; } = "";

    public string Key { get; init; } = "";

    public string Cause { get; init; } = "";

    public string? ChineseCause { get; init; }

    public long Count { get; init; }

    public long LastAt { get; init; }

    public long? AtStake { get; init; }

    public string? Currency { get; init; }

    public string? Group { get; init; }

    public string? Link { get; init; }

    public long? EscalatedAt { get; init; }

    public long? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public string? AcknowledgedNote { get; init; }

    public long? ResolvedAt { get; init; }

    public string? ResolvedBy { get; init; }

    public string? ResolvedNote { get; init; }

    public long Stands { get; init; }

    public Alert ToAlert() => new(
        Id, (AlertKind)Kind, (AlertSeverity)Severity, (AlertStatus)Status, Subject, new AlertText(Cause, ChineseCause ?? Cause), Count, DateTimeOffset.FromUnixTimeMilliseconds(LastAt))
    {
        AtStake = AtStake is { } amount ? new MoneyAtStake(new Money(amount), Currency!) : null,
        Group = Group,
        Link = Link ?? AlertGuide.PathOf(Subject),
        EscalatedAt = EscalatedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
        Acknowledged = Move(AcknowledgedAt, AcknowledgedBy, AcknowledgedNote),
        Resolved = Move(ResolvedAt, ResolvedBy, ResolvedNote),
        Stands = Stands == 1,
    };

    private static AlertMove? Move(long? at, string? by, string? note) => at is { } ms ? new AlertMove(DateTimeOffset.FromUnixTimeMilliseconds(ms), by, note) : null;
}
