using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;

namespace Fulfilment.Host.Api.Admin;

/// <summary>A unit in a list.</summary>
internal sealed record UnitListView(
    string Id, string OrderId, string? Storefront, string? Sku, UnitState State, Money Price, string Currency, string? Recipient, DateTimeOffset OrderedAt,
    DateTimeOffset? DueAt, bool ByHand, string? Supplier, string? TakenBy, DateTimeOffset? TakenUntil, string? PendingDecision);

/// <summary>A unit that the caller has taken, with what they need to deliver it.</summary>
internal sealed record TakenUnitView(
    string Id, string OrderId, string? Sku, Money Price, string Currency, string? Recipient, IReadOnlyDictionary<string, string>? Inputs, DateTimeOffset TakenUntil);

/// <summary>A unit with everything that was tried for it.</summary>
internal sealed record UnitDetailView(UnitListView Unit, IReadOnlyList<AttemptView> Attempts, IReadOnlyList<DecisionView> Decisions);

/// <summary>One submission of a unit to a supplier.</summary>
internal sealed record AttemptView(
    string Id, string? Supplier, string SupplierSku, string Reference, AttemptState State, Money UnitCost, string Currency, DateTimeOffset CreatedAt,
    DateTimeOffset SendBefore, DateTimeOffset? QueriedAt, int Queries, string? Receipt, string? Reason, DateTimeOffset? DecidedAt, IReadOnlyList<AnswerView> Answers);

/// <summary>What a supplier said, masked.</summary>
internal sealed record AnswerView(DateTimeOffset At, AnswerSource Source, int? Status, string Body);

/// <summary>What was decided for a unit, or is proposed. Never a code.</summary>
internal sealed record DecisionView(
    string Id, string UnitId, string OrderId, UnitDecisionKind Kind, UnitDecisionStatus Status, string ProposedBy, DateTimeOffset ProposedAt, string? Supplier, Money? Cost,
    string? Evidence, string? Receipt, DateOnly? ExpiresOn, string? DecidedBy, DateTimeOffset? DecidedAt, string? Rejection)
{
    public static DecisionView Of(UnitDecision decision, ICatalogue catalogue) => new(
        PublicId.Format(PublicId.Decision, decision.Id), PublicId.Format(PublicId.Unit, decision.UnitId), PublicId.Format(PublicId.Order, decision.OrderId), decision.Kind,
        decision.Status, decision.ProposedBy, decision.ProposedAt, UnitPresenter.SupplierOf(decision.SupplierId, catalogue), decision.Cost, decision.Content?.Evidence,
        decision.Content?.Receipt, decision.Content?.ExpiresOn, decision.DecidedBy, UnitPresenter.Time(decision.DecidedAtMs), decision.Content?.Rejection);
}

/// <summary>What is delivered by hand.</summary>
internal sealed record HandDeliveryBody(CodeBody? Code = null, string? Proof = null, string? Supplier = null, Money? Cost = null)
{
    public HandDelivery Read() => new() { Code = Code?.Read(), ExpiresOn = Code?.ExpiresOn, Proof = Proof, Supplier = Supplier, Cost = Cost };
}

/// <summary>A code.</summary>
internal sealed record CodeBody(string Secret, string? Number = null, DateOnly? ExpiresOn = null)
{
    public CodeText Read() => new(Number, Secret);

    // A record's own would print the code.
    public override string ToString() => nameof(CodeBody);
}

/// <summary>How an unknown ended.</summary>
internal sealed record SettlementBody(SettledAs Outcome, string Evidence, CodeBody? Code = null, string? Receipt = null, Money? Cost = null)
{
    public Settlement Read() => new()
    {
        Issued = Outcome == SettledAs.Issued, Evidence = Evidence, Code = Code?.Read(), ExpiresOn = Code?.ExpiresOn, Receipt = Receipt, Cost = Cost,
    };
}

/// <summary>How an unknown ended.</summary>
internal enum SettledAs
{
    /// <summary>The supplier issued it.</summary>
    Issued = 1,

    /// <summary>It never will.</summary>
    Rejected = 2,
}

/// <summary>Why.</summary>
internal sealed record UnitReason(string Reason);

/// <summary>The money in unknowns.</summary>
internal sealed record UnknownsView(IReadOnlyList<UnknownSumView> Data);

/// <summary>Money in unknowns of one supplier and age.</summary>
internal sealed record UnknownSumView(string? Supplier, string Currency, UnknownAge Age, int Units, Money Cost, Money Held)
{
    public static UnknownSumView Of(UnknownSum sum, ICatalogue catalogue) =>
        new(UnitPresenter.SupplierOf(sum.SupplierId, catalogue), sum.Currency, sum.Age, sum.Units, sum.Cost, sum.Held);
}

/// <summary>What does not match.</summary>
internal sealed record DiscrepancyView(
    string Id, DiscrepancyKind Kind, DiscrepancyStatus Status, string? Supplier, string? AttemptId, string? UnitId, Money Amount, string Currency, string Detail, bool HasCode,
    DateTimeOffset SeenAt, DiscrepancyOutcome? Outcome, DateTimeOffset? ProposedAt, string? ProposedBy, DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Note,
    string? Rejection)
{
    public static DiscrepancyView Of(KnownDiscrepancy known, ICatalogue catalogue)
    {
        var item = known.Discrepancy;
        return new(
            PublicId.Format(PublicId.Discrepancy, item.Id), item.Kind, item.Status, UnitPresenter.SupplierOf(item.SupplierId, catalogue),
            item.AttemptId is { } attempt ? PublicId.Format(PublicId.Attempt, attempt) : null, item.UnitId is { } unit ? PublicId.Format(PublicId.Unit, unit) : null,
            item.Amount, item.Currency, item.Detail, known.HasCode, item.SeenAt, known.Outcome, UnitPresenter.Time(known.ProposedAtMs),
            known.ProposedBy, UnitPresenter.Time(known.ResolvedAtMs), known.ResolvedBy, known.Note?.Text, known.Note?.Rejection);
    }
}

/// <summary>A code in quarantine.</summary>
internal sealed record QuarantinedCodeView(string DiscrepancyId, string? Number, string Secret)
{
    // A record's own would print the code.
    public override string ToString() => nameof(QuarantinedCodeView);
}

/// <summary>How a discrepancy was settled.</summary>
internal sealed record DiscrepancySettlement(string Note, DiscrepancyOutcome? Outcome = null);
