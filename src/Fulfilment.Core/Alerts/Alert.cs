using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Alerts;

/// <summary>Something that a person should look at. Never holds codes, recipients or keys.</summary>
/// <param name="Id">Shown as <c>alt_…</c>; the time it was raised is in it.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Subject">What it is about: <c>key:key_…</c>, <c>batch:bat_…</c>.</param>
/// <param name="Cause">What happened, with the numbers, for a person.</param>
/// <param name="Count">How often it was raised since it was opened.</param>
/// <param name="LastAt">When it was last raised.</param>
/// <param name="AcknowledgedAt">When somebody said that they look after it.</param>
/// <param name="AcknowledgedBy">Who.</param>
/// <param name="ResolvedAt">When it was over.</param>
/// <param name="ResolvedBy">Who said so; null: what raised it did.</param>
public sealed record Alert(
    long Id, AlertKind Kind, AlertSeverity Severity, AlertStatus Status, string Subject, string Cause, long Count, DateTimeOffset LastAt,
    DateTimeOffset? AcknowledgedAt, string? AcknowledgedBy, DateTimeOffset? ResolvedAt, string? ResolvedBy)
{
    /// <summary>When it was raised first.</summary>
    public DateTimeOffset OpenedAt => IdGenerator.TimeOf(Id);
}

/// <summary>An alert to raise.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Key">The same for every report of one cause: while an alert with it is unresolved, another report only counts.</param>
/// <param name="Cause">What happened, with the numbers, for a person.</param>
public sealed record NewAlert(AlertKind Kind, AlertSeverity Severity, string Subject, string Key, string Cause);

/// <summary>The kinds of alerts. Stored as numbers.</summary>
public enum AlertKind
{
    /// <summary>A key has shown far more codes in an hour than it usually does.</summary>
    RevealSpike = 1,

    /// <summary>The pool in Redis cannot be used by a node, which takes codes from the table.</summary>
    PoolDegraded = 2,

    /// <summary>A supplier says now the opposite of what was decided by what it said before.</summary>
    LateContradiction = 3,

    /// <summary>A supplier issued a code that cannot be delivered: known already, or none.</summary>
    UnusableCode = 4,

    /// <summary>A verified callback for an attempt that we do not know.</summary>
    StrayCallback = 5,

    /// <summary>An unknown that no query can settle any more.</summary>
    UnknownStuck = 6,

    /// <summary>A supplier's price is above what a SKU is sold for.</summary>
    PriceInversion = 7,

    /// <summary>A unit has been open for far longer than it should be.</summary>
    StuckUnit = 8,
}

/// <summary>How bad it is. Stored as numbers.</summary>
public enum AlertSeverity
{
    /// <summary>Worth a look.</summary>
    Warning = 1,

    /// <summary>Money, codes or orders are at risk now.</summary>
    Critical = 2,
}

/// <summary>Where an alert stands. Stored as numbers.</summary>
public enum AlertStatus
{
    /// <summary>Nobody has looked yet.</summary>
    Open = 10,

    /// <summary>Somebody looks after it.</summary>
    Acknowledged = 11,

    /// <summary>Over; the same cause opens another.</summary>
    Resolved = 20,
}

/// <summary>The transitions of alerts.</summary>
public static class AlertStates
{
    /// <summary>Every one there is.</summary>
    public static readonly StateTable<AlertStatus> Table = new(
        (AlertStatus.Open, [AlertStatus.Acknowledged, AlertStatus.Resolved]),
        (AlertStatus.Acknowledged, [AlertStatus.Resolved]));
}
