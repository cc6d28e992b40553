using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Reconciliation;

/// <summary>
/// Ends a discrepancy as it was settled with the supplier. Where money is at stake somebody says how it ends, and a second person approves that: only then is it
/// posted, once, with the discrepancy. No unit changes.
/// </summary>
public sealed class ResolveDiscrepancy(IDiscrepancyStore store, IdGenerator ids, TimeProvider time)
{
    private const int LongestNote = 1_000;

    private static readonly Refusal NotPending = new(RefusalCode.NotPending);

    /// <summary>
    /// The discrepancy: resolved where no money is at stake, or waiting. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>,
    /// <see cref="RefusalCode.NotPending"/>: it waits already, or is resolved.
    /// </summary>
    public async Task<Result<KnownDiscrepancy>> ProposeAsync(long id, DiscrepancyOutcome? outcome, string? note, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return Field.Text(note, "/note", LongestNote, required: true, lines: true) is { } malformed
            ? malformed
            : await store.ChangeAsync(id, known => Propose(known, outcome, note!, actor)).ConfigureAwait(false);
    }

    /// <summary>
    /// Posts what was proposed. Or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.NotPending"/>, <see cref="RefusalCode.SecondPersonRequired"/>,
    /// <see cref="RefusalCode.StateConflict"/>: the note that it rests on was erased.
    /// </summary>
    public Task<Result<KnownDiscrepancy>> ApproveAsync(long id, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return store.ChangeAsync(id, known =>
            known.Discrepancy.Status != DiscrepancyStatus.PendingApproval ? NotPending
            : known.ProposedBy == actor.Name ? new Refusal(RefusalCode.SecondPersonRequired)
            : known.Note is null ? new Refusal(RefusalCode.StateConflict, Detail: "What it rested on was erased; reject it, and settle it anew.")
            : Change(known, Resolved(known, time.GetUtcNow().ToUnixTimeMilliseconds(), actor), "discrepancy.approved", actor));
    }

    /// <summary>Opens it again; whoever proposed may take it back so. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.NotPending"/>.</summary>
    public async Task<Result<KnownDiscrepancy>> RejectAsync(long id, string? reason, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return Field.Text(reason, "/reason", LongestNote, required: true) is { } malformed
            ? malformed
            : await store.ChangeAsync(id, known => known.Discrepancy.Status == DiscrepancyStatus.PendingApproval
                ? Change(known, In(DiscrepancyStatus.Open, known with { Outcome = null, Note = new SettlementNote(known.Note?.Text ?? "", reason) }), "discrepancy.rejected", actor)
                : NotPending).ConfigureAwait(false);
    }

    private Result<DiscrepancyChange> Propose(KnownDiscrepancy known, DiscrepancyOutcome? outcome, string note, Actor actor)
    {
        if (known.Discrepancy.Status != DiscrepancyStatus.Open)
        {
            return NotPending;
        }

        var isMoney = known.Discrepancy.Amount != Money.Zero;
        if (isMoney != outcome is not null)
        {
            return Field.Refuse("/outcome", isMoney ? "Money is at stake: say whether it is accepted or dropped." : "No money is at stake, so none is accepted or dropped.");
        }

        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var proposed = known with { Outcome = outcome, ProposedAtMs = nowMs, ProposedBy = actor.Name, Note = new SettlementNote(note) };
        return isMoney
            ? Change(known, In(DiscrepancyStatus.PendingApproval, proposed), "discrepancy.proposed", actor)
            : Change(known, Resolved(proposed, nowMs, actor), "discrepancy.resolved", actor);
    }

    private static KnownDiscrepancy Resolved(KnownDiscrepancy known, long nowMs, Actor actor) =>
        In(DiscrepancyStatus.Resolved, known with { ResolvedAtMs = nowMs, ResolvedBy = actor.Name });

    private static KnownDiscrepancy In(DiscrepancyStatus status, KnownDiscrepancy known)
    {
        Discrepancy.States.Require(known.Discrepancy.Status, status);
        return known with { Discrepancy = known.Discrepancy with { Status = status } };
    }

    private Result<DiscrepancyChange> Change(KnownDiscrepancy before, KnownDiscrepancy after, string action, Actor actor) => new DiscrepancyChange(
        before, after, after.Discrepancy.Status == DiscrepancyStatus.Resolved ? SettlementTransfer.Of(ids, after) : null,
        new AuditEntry(
            ids.Next(), actor, action, $"discrepancy:{PublicId.Format(PublicId.Discrepancy, after.Discrepancy.Id)}", SettlementTransfer.Image(before), SettlementTransfer.Image(after)));
}
