using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>
/// Proposes how an unknown ends that no query can settle any more, with the evidence for it. A second person has to approve: nothing is settled by guess.
/// While the supplier can still be asked, asking is the only way.
/// </summary>
public sealed class SettleUnknown(IManualStore store, CarryOut carryOut, DeliverIssued deliver, ISuppliers suppliers, ICatalogue catalogue, IdGenerator ids, TimeProvider time)
{
    private const int LongestEvidence = 4_000;
    private const int LongestReceipt = 200;

    /// <summary>
    /// The proposal, which waits. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.StateConflict"/>: it is
    /// not unknown, or can still be asked for; <see cref="RefusalCode.AlreadyExists"/>: the code is known.
    /// </summary>
    public async Task<Result<UnitDecision>> ProposeAsync(long unitId, Settlement settlement, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        ArgumentNullException.ThrowIfNull(actor);
        if (Check(settlement) is { } malformed)
        {
            return malformed;
        }

        var content = new DecisionContent { Evidence = settlement.Evidence!, Code = settlement.Code, ExpiresOn = settlement.ExpiresOn, Receipt = settlement.Receipt };
        return await store.RunAsync<Result<UnitDecision>>(async transaction =>
        {
            if (await transaction.FindUnitAsync(unitId).ConfigureAwait(false) is not { } unit)
            {
                return new Refusal(RefusalCode.NotFound);
            }

            var attempt = await transaction.FindOpenAttemptAsync(unitId).ConfigureAwait(false);
            var refusal = Refuse(unit, attempt)
                ?? (await transaction.HasPendingDecisionAsync(unitId).ConfigureAwait(false) ? DeliverByHand.Waits : null)
                ?? Incomplete(settlement, unit)
                ?? await carryOut.CheckCodeAsync(transaction, content).ConfigureAwait(false);
            if (refusal is not null)
            {
                return refusal;
            }

            var proposed = new UnitDecision(
                ids.Next(), unit.OrderId, unitId, attempt!.Id, settlement.Issued ? UnitDecisionKind.SettleIssued : UnitDecisionKind.SettleRejected,
                UnitDecisionStatus.PendingApproval, actor.Name, attempt.SupplierId, settlement.Cost, content);
            await transaction.AddDecisionAsync(proposed).ConfigureAwait(false);
            await transaction.RecordAsync(UnitAudit.Entry(ids.Next(), actor, "unit.proposed", null, proposed)).ConfigureAwait(false);
            return proposed;
        }).ConfigureAwait(false);
    }

    /// <summary>Why a person may not settle it now; null: they may.</summary>
    internal Refusal? Refuse(FoundUnit unit, Attempt? attempt)
    {
        if (unit.State != UnitState.Unknown || attempt is not { State: AttemptState.Unknown })
        {
            return new Refusal(RefusalCode.StateConflict, Detail: "It is not unknown what became of it.");
        }

        var supplier = catalogue.Current.Suppliers.First(known => known.Id == attempt.SupplierId);
        var (times, now) = (SupplierTimes.Of(suppliers.Find(supplier.Code)), time.GetUtcNow());
        return now < times.OverAt(attempt)
            ? new Refusal(RefusalCode.StateConflict, Detail: "The submission may still be under way.")
            : times.CanQuery && !times.IsWindowOver(attempt, now)
                ? new Refusal(RefusalCode.StateConflict, Detail: $"{supplier.Code} can still be asked what became of it, and is.")
                : null;
    }

    private Refusal? Incomplete(Settlement settlement, FoundUnit unit) => (settlement.Issued, deliver.ExpectsCode(unit)) switch
    {
        (true, true) when settlement.Code is null => Field.Refuse("/code", "What was issued is a code, so the code is needed."),
        (true, false) when settlement.Code is not null => Field.Refuse("/code", "What was issued is a top-up, which has no code."),
        (true, false) when settlement.Receipt is null => Field.Refuse("/receipt", "The supplier's number for the top-up is needed."),
        _ => null,
    };

    private static Refusal? Check(Settlement settlement) =>
        Field.Text(settlement.Evidence, "/evidence", LongestEvidence, required: true, lines: true)
        ?? Field.Text(settlement.Receipt, "/receipt", LongestReceipt)
        ?? Field.Amount(settlement.Cost, "/cost")
        ?? (settlement.Issued || (settlement.Code is null && settlement.Receipt is null && settlement.Cost is null)
            ? null
            : Field.Refuse("/outcome", "What was rejected has no code, receipt or cost."));
}

/// <summary>How an unknown ended, as somebody found out. No record, so that no log prints it.</summary>
public sealed class Settlement
{
    /// <summary>Whether the supplier issued it; otherwise it never will.</summary>
    public required bool Issued { get; init; }

    /// <summary>How we know.</summary>
    public required string? Evidence { get; init; }

    /// <summary>The code that was issued.</summary>
    public CodeText? Code { get; init; }

    /// <summary>Its last day.</summary>
    public DateOnly? ExpiresOn { get; init; }

    /// <summary>The supplier's number.</summary>
    public string? Receipt { get; init; }

    /// <summary>What it charged; null: what was agreed.</summary>
    public Money? Cost { get; init; }
}
