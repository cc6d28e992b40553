using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>Delivers a unit of the manual queue, or says that it cannot be; only for whoever has taken it. Where the SKU asks for it a second person approves what is delivered.</summary>
public sealed class DeliverByHand(IManualStore store, CarryOut carryOut, ICatalogue catalogue, IdGenerator ids, TimeProvider time)
{
    private const int LongestText = 1_000;

    /// <summary>
    /// The decision: done, or waiting for a second person. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>,
    /// <see cref="RefusalCode.StateConflict"/>, <see cref="RefusalCode.AlreadyExists"/>: the code is known.
    /// </summary>
    public async Task<Result<UnitDecision>> DeliverAsync(long unitId, HandDelivery delivery, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(actor);
        var supplier = delivery.Supplier is { } code ? catalogue.Current.FindSupplier(code) : null;
        if (Check(delivery, supplier is not null) is { } malformed)
        {
            return malformed;
        }

        var kind = delivery.Code is null ? UnitDecisionKind.DeliverTopUp : UnitDecisionKind.DeliverCode;
        var content = new DecisionContent { Evidence = delivery.Proof ?? "", Code = delivery.Code, ExpiresOn = delivery.ExpiresOn };
        return await RunAsync(unitId, actor, unit => new UnitDecision(
            ids.Next(), unit.OrderId, unit.Id, null, kind, UnitDecisionStatus.PendingApproval, actor.Name, supplier?.Id, delivery.Cost, content)).ConfigureAwait(false);
    }

    /// <summary>Ends the unit undelivered; its money goes back. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.StateConflict"/>.</summary>
    public async Task<Result<UnitDecision>> FailAsync(long unitId, string? reason, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (Field.Text(reason, "/reason", LongestText, required: true) is { } malformed)
        {
            return malformed;
        }

        return await RunAsync(unitId, actor, unit => new UnitDecision(
            ids.Next(), unit.OrderId, unit.Id, null, UnitDecisionKind.Fail, UnitDecisionStatus.PendingApproval, actor.Name, null, null,
            new DecisionContent { Evidence = reason! })).ConfigureAwait(false);
    }

    private async Task<Result<UnitDecision>> RunAsync(long unitId, Actor actor, Func<FoundUnit, UnitDecision> propose)
    {
        CarriedOut? carriedOut = null;
        var decided = await store.RunAsync<Result<UnitDecision>>(async transaction =>
        {
            carriedOut = null;
            var (unit, refusal) = await TakeUnit.FindAsync(transaction, unitId).ConfigureAwait(false);
            refusal ??= await TakeUnit.RequireAsync(transaction, unitId, actor, time.GetUtcNow()).ConfigureAwait(false)
                ?? (await transaction.HasPendingDecisionAsync(unitId).ConfigureAwait(false) ? Waits : null);
            if (refusal is not null)
            {
                return refusal;
            }

            var proposed = propose(unit!);
            var sku = catalogue.Current.FindSku(unit!.SkuId)!;
            if (WrongKind(sku, proposed.Kind) is { } wrong)
            {
                return wrong;
            }

            var done = proposed.DoneAtOnce();
            if (sku.Supply.ApproveManual && proposed.Kind != UnitDecisionKind.Fail)
            {
                if (await carryOut.CheckCodeAsync(transaction, proposed.Content!).ConfigureAwait(false) is { } unusable)
                {
                    return unusable;
                }

                done = proposed;
            }
            else
            {
                var carried = await carryOut.RunAsync(transaction, unit, proposed).ConfigureAwait(false);
                if (carried.Refusal is { } impossible)
                {
                    return impossible;
                }

                carriedOut = carried.Value;
            }

            await transaction.AddDecisionAsync(done).ConfigureAwait(false);
            await transaction.ReleaseAsync(unitId).ConfigureAwait(false);
            await transaction.RecordAsync(UnitAudit.Entry(ids.Next(), actor, carriedOut is null ? "unit.proposed" : "unit.decided", null, done)).ConfigureAwait(false);
            return done;
        }).ConfigureAwait(false);
        carryOut.Tell(carriedOut);
        return decided;
    }

    internal static readonly Refusal Waits = new(RefusalCode.StateConflict, Detail: "A proposal for it waits for a second person; that comes first.");

    private static Refusal? WrongKind(Sku sku, UnitDecisionKind kind) => (sku.Kind, kind) switch
    {
        (SkuKind.CardKey, UnitDecisionKind.DeliverTopUp) => Field.Refuse("/code", "The SKU is a code, so a code is needed."),
        (SkuKind.TopUp, UnitDecisionKind.DeliverCode) => Field.Refuse("/proof", "The SKU is a top-up, so proof of it is needed."),
        _ => null,
    };

    private static Refusal? Check(HandDelivery delivery, bool supplierKnown) =>
        ((delivery.Code is null) == (delivery.Proof is null) ? Field.Refuse("", "Give a code or the proof of a top-up, and not both.") : null)
        ?? Field.Text(delivery.Proof, "/proof", LongestText, lines: true)
        ?? Field.Amount(delivery.Cost, "/cost")
        ?? (delivery.Supplier is null || supplierKnown ? null : Field.Refuse("/supplier", "There is no supplier of this code."))
        ?? (delivery.Cost is null || delivery.Supplier is not null ? null : Field.Refuse("/supplier", "A cost is owed to somebody: name the supplier."));
}

/// <summary>What is delivered by hand. No record, so that no log prints it.</summary>
public sealed class HandDelivery
{
    /// <summary>A code; or <see cref="Proof"/>.</summary>
    public CodeText? Code { get; init; }

    /// <summary>The code's last day.</summary>
    public DateOnly? ExpiresOn { get; init; }

    /// <summary>By what a top-up can be proved.</summary>
    public string? Proof { get; init; }

    /// <summary>What it cost, in the order's currency.</summary>
    public Money? Cost { get; init; }

    /// <summary>The code of the supplier that it was got from.</summary>
    public string? Supplier { get; init; }
}
