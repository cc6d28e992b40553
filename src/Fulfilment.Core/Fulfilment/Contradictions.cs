using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Keeps what a supplier issued or said and what cannot be: it changes nothing by itself, but a person sees it, with the money that may be charged for it on an
/// account of its own and the code in quarantine. The same once more changes nothing at all, and one attempt is charged once, whatever comes for it.
/// </summary>
public sealed class Contradictions(ICodeProtection codes, StockIssuedCode stock, IdGenerator ids)
{
    /// <summary>A supplier issued what had been decided otherwise.</summary>
    internal async ValueTask<bool> LateSuccessAsync(OutcomeWork work, SupplierOutcome.Issued issued)
    {
        var reported = false;
        var detail = $"issued ({Way(work.Source)}) after the attempt was {work.Attempt.State}";
        foreach (var code in issued.Codes.Where(code => work.Attempt.State != AttemptState.Unusable || code.Code.Problem == CodeTextProblem.None))
        {
            reported |= await ReportAsync(work, DiscrepancyKind.LateSuccess, issued.Cost ?? work.Attempt.UnitCost, code.Code, detail).ConfigureAwait(false);
        }

        if (issued.Codes.Count == 0)
        {
            reported = await ReportAsync(work, DiscrepancyKind.LateSuccess, issued.Cost ?? work.Attempt.UnitCost, null, detail).ConfigureAwait(false);
        }

        return reported && await AlertAsync(
            work, AlertKind.LateContradiction, $"late:{work.Attempt.Id}", new AlertText(detail, $"在提交记录已判定({work.Attempt.State})之后又出货")).ConfigureAwait(false);
    }

    /// <summary>A supplier issued an attempt again: with the code that was delivered, which is a repeat, or with another one.</summary>
    internal async ValueTask<bool> IssuedAgainAsync(OutcomeWork work, SupplierOutcome.Issued issued)
    {
        var reported = false;
        foreach (var code in work.Unit.CardKeyId is null ? [] : issued.Codes)
        {
            var known = await KnownAsync(work, code.Code).ConfigureAwait(false);
            if (known is null || known != work.Unit.CardKeyId)
            {
                reported |= await ExtraAsync(work, code, issued.Cost).ConfigureAwait(false);
            }
        }

        return reported;
    }

    /// <summary>A supplier rejects what it had issued.</summary>
    internal async ValueTask<bool> LateRejectionAsync(OutcomeWork work, string reason)
    {
        var detail = $"rejected ({Way(work.Source)}, {reason}) after it was issued";
        var owed = work.Attempt.UnitCost - await work.Transaction.SumTakenBackAsync(work.Attempt.Id).ConfigureAwait(false);
        return await ReportAsync(work, DiscrepancyKind.LateRejection, owed, null, detail).ConfigureAwait(false)
            && await AlertAsync(work, AlertKind.LateContradiction, $"late:{work.Attempt.Id}", new AlertText(detail, $"出货之后又称失败({reason})")).ConfigureAwait(false);
    }

    /// <summary>A supplier has no such order any more that it had taken.</summary>
    internal ValueTask<bool> LostAsync(OutcomeWork work) =>
        AlertAsync(
            work, AlertKind.LateContradiction, $"lost:{work.Attempt.Id}", new AlertText("has no such order any more, though it had taken it", "曾受理该订单,现在却称无此订单"));

    /// <summary>A code came beside the one that is delivered, or beside a top-up.</summary>
    /// <param name="work">About which attempt.</param>
    /// <param name="code">The code.</param>
    /// <param name="cost">What the supplier says it charged for all of it; null: what was agreed; zero: it is booked with what is delivered.</param>
    internal async ValueTask<bool> ExtraAsync(OutcomeWork work, IssuedCode code, Money? cost)
    {
        var isKnown = await KnownAsync(work, code.Code).ConfigureAwait(false) is not null;
        var kind = isKnown ? DiscrepancyKind.DuplicateCode : DiscrepancyKind.ExtraCode;
        return await ReportAsync(work, kind, cost ?? work.Attempt.UnitCost, code.Code, "a code beside what was delivered").ConfigureAwait(false)
            && await AlertAsync(
                work, AlertKind.UnusableCode, $"unusable:{work.Supplier.Id}", new AlertText("issued a code beside what was delivered", "在已交付之外多发了卡密")).ConfigureAwait(false);
    }

    /// <summary>What came cannot be delivered.</summary>
    internal async ValueTask<bool> UnusableAsync(OutcomeWork work, IssuedCode code, string? fault, Money? cost)
    {
        var (kind, detail, chinese) = fault is null
            ? (DiscrepancyKind.DuplicateCode, "a code that is in our books already", "发来的卡密已在库中")
            : (DiscrepancyKind.UnusableCode, $"no code that could be delivered: {fault}", $"发来的卡密无法交付({fault})");
        return await ReportAsync(work, kind, cost ?? work.Attempt.UnitCost, code.Code, detail).ConfigureAwait(false)
            && await AlertAsync(work, AlertKind.UnusableCode, $"unusable:{work.Supplier.Id}", new AlertText($"issued {detail}", chinese)).ConfigureAwait(false);
    }

    /// <summary>The supplier charged something other than what was agreed.</summary>
    internal async ValueTask CostDiffersAsync(OutcomeWork work, Money charged)
    {
        await ReportAsync(
            work, DiscrepancyKind.CostDiffers, charged - work.Attempt.UnitCost, null,
            $"charged {charged} instead of {work.Attempt.UnitCost} {work.Attempt.Currency}").ConfigureAwait(false);
    }

    private async ValueTask<long?> KnownAsync(OutcomeWork work, CodeText code) =>
        code.Problem == CodeTextProblem.None ? await work.Transaction.FindCodeAsync(stock.Fingerprint(code)).ConfigureAwait(false) : null;

    private async ValueTask<bool> ReportAsync(OutcomeWork work, DiscrepancyKind kind, Money amount, CodeText? code, string detail)
    {
        var (id, fingerprint) = (ids.Next(), (byte[])[]);
        byte[]? quarantined = null;
        if (code is { Problem: CodeTextProblem.None } text)
        {
            fingerprint = stock.Fingerprint(text);
            quarantined = await work.Transaction.FindCodeAsync(fingerprint).ConfigureAwait(false) is null ? codes.Protect(id, text) : null;
        }

        var attempt = work.Attempt;
        var isDisputed = Discrepancy.IsDisputed(kind);
        if (isDisputed)
        {
            amount = await BeyondChargedAsync(work, amount).ConfigureAwait(false);
        }

        var isNew = await work.Transaction.ReportAsync(
            new Discrepancy(id, kind, DiscrepancyStatus.Open, attempt.SupplierId, attempt.Id, attempt.UnitId, amount, attempt.Currency, detail, quarantined),
            fingerprint).ConfigureAwait(false);
        if (isNew && amount > Money.Zero && isDisputed)
        {
            work.Effects.Transfers.Add(new Transfer(
                ids.Next(), TransferKind.Dispute, Account.Disputed(attempt.SupplierId), Account.SupplierPayable(attempt.SupplierId), amount, attempt.Currency, OrderId: null));
        }

        return isNew;
    }

    // However much comes for an attempt, it was ordered once and is charged once: only what goes beyond the charge that is in the books is at stake.
    private static async ValueTask<Money> BeyondChargedAsync(OutcomeWork work, Money charged)
    {
        var booked = await work.Transaction.SumDisputedAsync(work.Attempt.Id).ConfigureAwait(false)
            + (work.Attempt.State == AttemptState.Issued ? work.Attempt.UnitCost : Money.Zero);
        return charged > booked ? charged - booked : Money.Zero;
    }

    private async ValueTask<bool> AlertAsync(OutcomeWork work, AlertKind kind, string key, AlertText what)
    {
        var (attempt, unit) = (PublicId.Format(PublicId.Attempt, work.Attempt.Id), PublicId.Format(PublicId.Unit, work.Unit.Id));
        await work.Transaction.RaiseAsync(
            new NewAlert(
                kind, AlertSeverity.Critical, $"supplier:{work.Supplier.Code}", key,
                AlertText.Of(
                    $"{work.Supplier.Code} {what.English}: attempt {attempt} of unit {unit}.", $"{work.Supplier.Code} {what.Chinese}:提交记录 {attempt},明细 {unit}。"))
            {
                AtStake = new MoneyAtStake(work.Attempt.UnitCost, work.Attempt.Currency), Group = $"contradictions:{work.Supplier.Code}",
            },
            ids.Next(), work.Now).ConfigureAwait(false);
        return true;
    }

    private static string Way(AnswerSource source) => source switch
    {
        AnswerSource.Submission => "answer to the submission",
        AnswerSource.Query => "query",
        AnswerSource.Callback => "callback",
        AnswerSource.Operator => "operator",
    };
}
