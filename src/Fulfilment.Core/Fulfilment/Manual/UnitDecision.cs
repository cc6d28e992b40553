using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>What somebody decided for a unit, or proposes and a second person has to approve.</summary>
/// <param name="Id">Shown as <c>dec_…</c>; carries the time.</param>
/// <param name="OrderId">The unit's order.</param>
/// <param name="UnitId">The unit.</param>
/// <param name="AttemptId">The unknown that it settles.</param>
/// <param name="Kind">What it comes to.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="ProposedBy">Who.</param>
/// <param name="SupplierId">To whom the cost is owed.</param>
/// <param name="Cost">What it costs us; null: nothing was said.</param>
/// <param name="Content">Evidence and code; null once it was erased.</param>
/// <param name="DecidedAtMs">When it was approved or rejected.</param>
/// <param name="DecidedBy">By whom.</param>
public sealed record UnitDecision(
    long Id, long OrderId, long UnitId, long? AttemptId, UnitDecisionKind Kind, UnitDecisionStatus Status, string ProposedBy, long? SupplierId, Money? Cost,
    DecisionContent? Content, long? DecidedAtMs = null, string? DecidedBy = null)
{
    /// <summary>The transitions of decisions.</summary>
    public static readonly StateTable<UnitDecisionStatus> States = new(
        (UnitDecisionStatus.PendingApproval, [UnitDecisionStatus.Done, UnitDecisionStatus.Rejected]));

    /// <summary>When it was proposed.</summary>
    public DateTimeOffset ProposedAt => IdGenerator.TimeOf(Id);

    /// <summary>The same, carried out by whoever proposed it, in the moment in which it was proposed: a second reading of the clock could lie before the first.</summary>
    internal UnitDecision DoneAtOnce() => this with
    {
        Status = UnitDecisionStatus.Done, DecidedAtMs = ProposedAt.ToUnixTimeMilliseconds(), DecidedBy = ProposedBy, Content = Content?.Ended(),
    };
}

/// <summary>What a decision rests on. No record, so that no log prints a code by accident.</summary>
public sealed class DecisionContent
{
    /// <summary>Proof of a top-up, evidence for the end of an unknown, or why.</summary>
    public required string Evidence { get; init; }

    /// <summary>The supplier's number for what it issued.</summary>
    public string? Receipt { get; init; }

    /// <summary>The code, only while the decision waits.</summary>
    public CodeText? Code { get; init; }

    /// <summary>The code's last day.</summary>
    public DateOnly? ExpiresOn { get; init; }

    /// <summary>Why it was rejected.</summary>
    public string? Rejection { get; init; }

    /// <summary>The same without the code, as it is kept once nobody needs the code any more.</summary>
    public DecisionContent Ended(string? rejection = null) => new() { Evidence = Evidence, Receipt = Receipt, ExpiresOn = ExpiresOn, Rejection = rejection };
}

/// <summary>What a decision comes to. Stored as numbers.</summary>
public enum UnitDecisionKind
{
    /// <summary>A code, delivered by hand.</summary>
    DeliverCode = 1,

    /// <summary>A top-up, done by hand.</summary>
    DeliverTopUp = 2,

    /// <summary>It cannot be delivered by hand.</summary>
    Fail = 3,

    /// <summary>The supplier did issue what was unknown.</summary>
    SettleIssued = 4,

    /// <summary>The supplier did not, and never will.</summary>
    SettleRejected = 5,

    /// <summary>A failed unit goes round its routes again.</summary>
    Resubmit = 6,
}

/// <summary>Where a decision stands. Stored as numbers.</summary>
public enum UnitDecisionStatus
{
    /// <summary>A second person has to look at it.</summary>
    PendingApproval = 10,

    /// <summary>It was carried out.</summary>
    Done = 20,

    /// <summary>A person said no.</summary>
    Rejected = 21,
}

/// <summary>Who is at a unit by hand.</summary>
/// <param name="TakenBy">The person.</param>
/// <param name="UntilMs">Until when, in Unix milliseconds; then it is free.</param>
public sealed record UnitLease(string TakenBy, long UntilMs);
