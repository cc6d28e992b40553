using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>A second person's word on what was proposed for a unit. Whoever comes first decides.</summary>
public sealed class DecideUnit(IManualStore store, CarryOut carryOut, SettleUnknown settle, IdGenerator ids, TimeProvider time)
{
    private const int LongestReason = 1_000;

    /// <summary>
    /// Carries it out. Or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.NotPending"/>, <see cref="RefusalCode.SecondPersonRequired"/>,
    /// <see cref="RefusalCode.StateConflict"/>: the unit is not any more what it was for; <see cref="RefusalCode.AlreadyExists"/>: the code came in meanwhile.
    /// </summary>
    public async Task<Result<UnitDecision>> ApproveAsync(long decisionId, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        CarriedOut? carriedOut = null;
        var approved = await DecideAsync(decisionId, async (transaction, pending) =>
        {
            carriedOut = null;
            if (pending.ProposedBy == actor.Name)
            {
                return new Refusal(RefusalCode.SecondPersonRequired);
            }

            var (unit, refusal) = await FindUnitAsync(transaction, pending).ConfigureAwait(false);
            if (refusal is not null)
            {
                return refusal;
            }

            var carried = await carryOut.RunAsync(transaction, unit!, pending).ConfigureAwait(false);
            if (carried.Refusal is { } impossible)
            {
                return impossible;
            }

            carriedOut = carried.Value;
            return await EndAsync(transaction, pending, UnitDecisionStatus.Done, null, actor).ConfigureAwait(false);
        }).ConfigureAwait(false);
        carryOut.Tell(approved.Refusal is null ? carriedOut : null);
        return approved;
    }

    /// <summary>Ends the proposal; the unit stays as it is. Whoever made it may take it back so. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.NotPending"/>.</summary>
    public async Task<Result<UnitDecision>> RejectAsync(long decisionId, string? reason, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return Field.Text(reason, "/reason", LongestReason, required: true) is { } malformed
            ? malformed
            : await DecideAsync(
                decisionId, async (transaction, pending) => await EndAsync(transaction, pending, UnitDecisionStatus.Rejected, reason, actor).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private Task<Result<UnitDecision>> DecideAsync(long decisionId, Func<IManualTransaction, UnitDecision, ValueTask<Result<UnitDecision>>> decide) =>
        store.RunAsync<Result<UnitDecision>>(async transaction => await transaction.FindDecisionAsync(decisionId).ConfigureAwait(false) switch
        {
            null => new Refusal(RefusalCode.NotFound),
            { Status: UnitDecisionStatus.PendingApproval } pending => await decide(transaction, pending).ConfigureAwait(false),
            _ => new Refusal(RefusalCode.NotPending),
        });

    // A callback, a cancellation or the erasure of the code may have come first.
    private async ValueTask<(FoundUnit? Unit, Refusal? Refusal)> FindUnitAsync(IManualTransaction transaction, UnitDecision pending)
    {
        if (pending.Content is null)
        {
            return (null, new Refusal(RefusalCode.StateConflict, Detail: "What it rested on was erased."));
        }

        if (pending.AttemptId is null)
        {
            return await TakeUnit.FindAsync(transaction, pending.UnitId).ConfigureAwait(false);
        }

        var unit = await transaction.FindUnitAsync(pending.OrderId, pending.UnitId).ConfigureAwait(false);
        var attempt = await transaction.FindAttemptAsync(pending.AttemptId.Value).ConfigureAwait(false);
        return (unit, settle.Refuse(unit!, attempt));
    }

    private async ValueTask<UnitDecision> EndAsync(IManualTransaction transaction, UnitDecision pending, UnitDecisionStatus status, string? rejection, Actor actor)
    {
        UnitDecision.States.Require(pending.Status, status);
        var ended = pending with
        {
            Status = status, Content = pending.Content?.Ended(rejection), DecidedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(), DecidedBy = actor.Name,
        };
        await transaction.EndDecisionAsync(ended).ConfigureAwait(false);
        await transaction.RecordAsync(UnitAudit.Entry(
            ids.Next(), actor, status == UnitDecisionStatus.Done ? "unit.decisionApproved" : "unit.decisionRejected", pending, ended)).ConfigureAwait(false);
        return ended;
    }
}
