using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Reconciliation;

/// <summary>What does not match between a supplier and us. It changes nothing by itself: a person settles it with the supplier.</summary>
/// <param name="Id">Shown as <c>dis_…</c>; carries the time.</param>
/// <param name="Kind">What does not match.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="SupplierId">With whom.</param>
/// <param name="AttemptId">At which attempt, if one is known.</param>
/// <param name="UnitId">Of which unit.</param>
/// <param name="Amount">The money at stake; below zero: the supplier charged less than was agreed.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Detail">For a person; never a code or a recipient.</param>
/// <param name="Code">The quarantined code, encrypted for <paramref name="Id"/>.</param>
public sealed record Discrepancy(
    long Id, DiscrepancyKind Kind, DiscrepancyStatus Status, long SupplierId, long? AttemptId, long? UnitId, Money Amount, string Currency, string Detail, byte[]? Code)
{
    /// <summary>The transitions of discrepancies.</summary>
    public static readonly StateTable<DiscrepancyStatus> States = new(
        (DiscrepancyStatus.Open, [DiscrepancyStatus.PendingApproval, DiscrepancyStatus.Resolved]),
        (DiscrepancyStatus.PendingApproval, [DiscrepancyStatus.Open, DiscrepancyStatus.Resolved]));

    /// <summary>When it was seen.</summary>
    public DateTimeOffset SeenAt => IdGenerator.TimeOf(Id);

    /// <summary>
    /// Whether its amount stands on the supplier's account of disputed money until it is settled. What was delivered is owed and posted already, at the price that
    /// was charged.
    /// </summary>
    public static bool IsDisputed(DiscrepancyKind kind) => kind switch
    {
        DiscrepancyKind.LateSuccess or DiscrepancyKind.DuplicateCode or DiscrepancyKind.ExtraCode or DiscrepancyKind.UnusableCode => true,
        DiscrepancyKind.LateRejection or DiscrepancyKind.CostDiffers => false,
    };
}

/// <summary>What does not match. Stored as numbers.</summary>
public enum DiscrepancyKind
{
    /// <summary>The supplier issued what had been decided otherwise.</summary>
    LateSuccess = 1,

    /// <summary>The supplier rejects what it had issued.</summary>
    LateRejection = 2,

    /// <summary>The supplier issued a code that is in our books already.</summary>
    DuplicateCode = 3,

    /// <summary>The supplier issued more codes than one, or another one for the same attempt.</summary>
    ExtraCode = 4,

    /// <summary>The supplier charged something other than what was agreed.</summary>
    CostDiffers = 5,

    /// <summary>What the supplier issued is no code.</summary>
    UnusableCode = 6,
}

/// <summary>Where a discrepancy stands. Stored as numbers.</summary>
public enum DiscrepancyStatus
{
    /// <summary>Nobody has settled it.</summary>
    Open = 10,

    /// <summary>A second person has to look at how it is to be settled.</summary>
    PendingApproval = 11,

    /// <summary>Settled.</summary>
    Resolved = 20,
}

/// <summary>How the money at stake ends. Stored as numbers.</summary>
public enum DiscrepancyOutcome
{
    /// <summary>We owe what the supplier charged.</summary>
    Accepted = 1,

    /// <summary>The supplier took it back: what was agreed is owed, and for what was not ordered nothing.</summary>
    Dropped = 2,
}
