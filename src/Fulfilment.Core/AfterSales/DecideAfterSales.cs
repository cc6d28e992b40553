using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.AfterSales;

/// <summary>An operator's decision on a case that waits. Whoever comes first decides; who asked for the case may not approve it.</summary>
public sealed class DecideAfterSales(IAfterSalesStore store, CompleteCase complete, ICardKeyPool pool, IdGenerator ids, BusinessCalendar calendar, TimeProvider time)
{
    private const int LongestReason = 500;

    /// <summary>
    /// Does what the case asks for. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.NotPending"/>,
    /// <see cref="RefusalCode.SecondPersonRequired"/>; or <see cref="RefusalCode.OutOfStock"/>, and the case goes on waiting.
    /// </summary>
    /// <param name="caseId">The case.</param>
    /// <param name="reason">Why.</param>
    /// <param name="badCard">Whether its codes did not work and are to be claimed from their supplier.</param>
    /// <param name="actor">Who decides.</param>
    public async Task<Result<AfterSalesCase>> ApproveAsync(long caseId, string? reason, bool badCard, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        CompletedCase? completed = null;
        var approved = await DecideAsync(caseId, reason, async (transaction, pending) =>
        {
            if (pending.RequestedBy == actor.Name)
            {
                return new Refusal(RefusalCode.SecondPersonRequired);
            }

            var now = time.GetUtcNow();
            var facts = await transaction.ReadAsync(pending.OrderId, calendar.DayOf(now), ids.Node).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"Order {pending.OrderId} has an after-sales case and is not there.");
            var done = await complete.RunAsync(transaction, pending, facts, new CaseDecision(now, actor, actor.Name, reason, badCard)).ConfigureAwait(false);
            if (done.Refusal is { } refusal)
            {
                return refusal;
            }

            completed = done.Value;
            await transaction.CompleteAsync(completed).ConfigureAwait(false);
            await transaction.RecordAsync(CaseAudit.Entry(ids.Next(), actor, "afterSales.approved", pending, completed.Case)).ConfigureAwait(false);
            return completed.Case;
        }).ConfigureAwait(false);
        pool.ReportReplacements(approved.Refusal is null ? completed : null);
        return approved;
    }

    /// <summary>
    /// Ends the case without changing anything. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>,
    /// <see cref="RefusalCode.NotPending"/>. Who asked for a case may also take it back this way.
    /// </summary>
    public Task<Result<AfterSalesCase>> RejectAsync(long caseId, string? reason, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return DecideAsync(caseId, reason, async (transaction, pending) =>
        {
            AfterSalesCase.States.Require(pending.Status, AfterSalesStatus.Rejected);
            var rejected = pending with
            {
                Status = AfterSalesStatus.Rejected,
                DecidedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
                DecidedBy = actor.Name,
                DecisionReason = reason,
            };
            await transaction.RejectAsync(rejected).ConfigureAwait(false);
            await transaction.RecordAsync(CaseAudit.Entry(ids.Next(), actor, "afterSales.rejected", pending, rejected)).ConfigureAwait(false);
            return rejected;
        });
    }

    private async Task<Result<AfterSalesCase>> DecideAsync(
        long caseId, string? reason, Func<IAfterSalesTransaction, AfterSalesCase, ValueTask<Result<AfterSalesCase>>> decide)
    {
        if (Field.Text(reason, "/reason", LongestReason, required: true) is { } malformed)
        {
            return malformed;
        }

        return await store.RunAsync(async transaction => await transaction.FindCaseAsync(caseId).ConfigureAwait(false) switch
        {
            null => new Refusal(RefusalCode.NotFound),
            { Status: AfterSalesStatus.PendingApproval } pending => await decide(transaction, pending).ConfigureAwait(false),
            _ => new Refusal(RefusalCode.NotPending),
        }).ConfigureAwait(false);
    }
}
