using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Alerts;

/// <summary>Something that a person should look at. Never holds codes, recipients or keys.</summary>
/// <param name="Id">Shown as <c>alt_…</c>; the time it was raised is in it.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Subject">What it is about: <c>key:key_…</c>, <c>batch:bat_…</c>.</param>
/// <param name="Cause">What happened, with the numbers, for a person.</param>
/// <param name="Count">How often it happened since it was opened; 1 for what lasts, however long it lasts (<see cref="AlertGuide.Lasts"/>).</param>
/// <param name="LastAt">When it last happened, or what it says last changed.</param>
public sealed record Alert(
    long Id, AlertKind Kind, AlertSeverity Severity, AlertStatus Status, string Subject, AlertText Cause, long Count, DateTimeOffset LastAt)
{
    /// <summary>When it was raised first.</summary>
    public DateTimeOffset OpenedAt => IdGenerator.TimeOf(Id);

    /// <summary>The money that may be lost; null where it is not about money.</summary>
    public MoneyAtStake? AtStake { get; init; }

    /// <summary>The alerts that are told together with it; null: it is told alone.</summary>
    public string? Group { get; init; }

    /// <summary>The path under which its subject is looked at.</summary>
    public string? Link { get; init; }

    /// <summary>When those were told who hear of what nobody has acknowledged; null: not yet.</summary>
    public DateTimeOffset? EscalatedAt { get; init; }

    /// <summary>Who looks after it, since when, and what they said.</summary>
    public AlertMove? Acknowledged { get; init; }

    /// <summary>When it was over, and who said so; nobody: what had raised it did.</summary>
    public AlertMove? Resolved { get; init; }

    /// <summary>Whether its cause opens no other: it is not resolved, or a person has resolved it and its cause has not gone since.</summary>
    public bool Stands { get; init; }
}

/// <summary>Somebody moved an alert on.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who; null: what had raised it.</param>
/// <param name="Note">What they said.</param>
public sealed record AlertMove(DateTimeOffset At, string? By, string? Note);

/// <summary>Money that may be lost.</summary>
/// <param name="Amount">How much.</param>
/// <param name="Currency">ISO 4217.</param>
public readonly record struct MoneyAtStake(Money Amount, string Currency)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Amount} {Currency}";
}

/// <summary>An alert to raise.</summary>
/// <param name="Kind">What kind of thing; <see cref="AlertGuide"/> says of each whether it lasts or happens.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Key">The same for every report of one cause: while an alert with it stands, no other is opened.</param>
/// <param name="Cause">What happened, with the numbers, for a person.</param>
public sealed record NewAlert(AlertKind Kind, AlertSeverity Severity, string Subject, string Key, AlertText Cause)
{
    /// <summary>The money that may be lost.</summary>
    public MoneyAtStake? AtStake { get; init; }

    /// <summary>
    /// Shared by the alerts that have one reason for a person, whatever their kinds: <c>supplier:acme</c> for all that an outage of it raises. They are told in
    /// one message. Null: it is told alone.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>The path under which the subject is looked at, from <c>/</c>; null: the one that <see cref="AlertGuide.PathOf"/> makes of the subject.</summary>
    public string? Link { get; init; }

    /// <summary>Whether the alert that stands with the same key says something else. To one that a person has resolved only something worse is news.</summary>
    public bool SaysMoreThan(Alert known)
    {
        ArgumentNullException.ThrowIfNull(known);
        return known.Status == AlertStatus.Resolved
            ? Severity > known.Severity
            : Cause != known.Cause || Severity != known.Severity || AtStake != known.AtStake || Group != known.Group;
    }
}

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

    /// <summary>A SKU on the shelf has few codes left, or they will not last.</summary>
    LowStock = 9,

    /// <summary>A supplier delivers nothing more often than it delivers.</summary>
    SupplierFailures = 10,

    /// <summary>A host leaves a supplier alone, because its last submissions came to nothing definite.</summary>
    BreakerOpen = 11,

    /// <summary>Codes of a batch end soon, and do not sell fast enough to be gone by then.</summary>
    ExpiringBatch = 13,

    /// <summary>A batch had many codes that were known already.</summary>
    DuplicateImportSpike = 17,

    /// <summary>The last backup is old, or there has never been one.</summary>
    BackupTooOld = 18,

    /// <summary>A host's disk is nearly full.</summary>
    DiskNearlyFull = 19,

    /// <summary>A host's clock was set while it ran, or drifts from the database's.</summary>
    ClockSkew = 20,

    /// <summary>Unknowns at a supplier are older than they should be.</summary>
    UnknownOverdue = 21,

    /// <summary>Less of our money is left at a supplier than somebody wants.</summary>
    BalanceLow = 12,

    /// <summary>The records of card keys do not agree with their custody.</summary>
    CustodyBroken = 15,

    /// <summary>Money and orders do not agree.</summary>
    LedgerBroken = 16,

    /// <summary>A recurring job fails again and again, has not run for long, or is paused though money depends on it.</summary>
    JobFailing = 23,

    /// <summary>A storefront's webhook endpoint took nothing for three days, or says that it is gone; nothing is sent to it until somebody resumes it.</summary>
    EndpointPaused = 14,

    /// <summary>Orders come in, or fail, far out of the pattern of this hour of the week.</summary>
    OrderFlow = 22,
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

    /// <summary>Over. Where its kind lasts and a person says so, the same cause opens another only once it has gone, or got worse.</summary>
    Resolved = 20,
}

/// <summary>What became of an alert that people are told. Stored as numbers.</summary>
public enum AlertEvent
{
    /// <summary>It was raised.</summary>
    Opened = 1,

    /// <summary>It became more severe.</summary>
    Worsened = 2,

    /// <summary>Nobody has acknowledged it in time.</summary>
    Escalated = 3,

    /// <summary>It is over.</summary>
    Resolved = 4,
}

/// <summary>The transitions of alerts.</summary>
public static class AlertStates
{
    /// <summary>Every one there is.</summary>
    public static readonly StateTable<AlertStatus> Table = new(
        (AlertStatus.Open, [AlertStatus.Acknowledged, AlertStatus.Resolved]),
        // What becomes critical wants somebody anew.
        (AlertStatus.Acknowledged, [AlertStatus.Open, AlertStatus.Resolved]));
}
