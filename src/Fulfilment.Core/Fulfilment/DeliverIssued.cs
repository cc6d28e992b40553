using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Delivers what a supplier issued to the unit that it was asked for: a top-up as it is, a code once it is a card key of ours. A code that is known already, or
/// is none, is never delivered: it is reported, and the unit goes to the next route.
/// </summary>
public sealed class DeliverIssued(
    CloseUnits close, StockIssuedCode stock, Contradictions contradictions, ICatalogue catalogue, ICustodySeal seal, IdGenerator ids, BusinessCalendar calendar)
{
    internal async ValueTask<Recorded> RunAsync(OutcomeWork work, SupplierOutcome.Issued issued)
    {
        if (!ExpectsCode(work.Unit))
        {
            // Nobody expects a code here, so none is delivered; but one that came is not lost either.
            foreach (var code in issued.Codes)
            {
                await contradictions.ExtraAsync(work, code, Money.Zero).ConfigureAwait(false);
            }

            var cost = await CostAsync(work, issued.Cost).ConfigureAwait(false);
            work.Effects.Post(
                ids, TransferKind.CostOfSale, Account.CostOfSales(work.Unit.SkuId), Account.SupplierPayable(work.Attempt.SupplierId), cost, work.Attempt.Currency, work.Unit.OrderId);
            return await EndAsync(work, issued.Receipt, cost, cardKeyId: null).ConfigureAwait(false);
        }

        if (issued.Codes.Count == 0)
        {
            // Issued, but the code has to be asked for: not the end.
            return await work.WaitAsync(issued.Receipt, work.Times.ForCode(work.Attempt, work.Now)).ConfigureAwait(false);
        }

        return await DeliverCodeAsync(work, issued).ConfigureAwait(false);
    }

    /// <summary>Whether a unit is a code, so that "issued" without one is not the end.</summary>
    internal bool ExpectsCode(FoundUnit unit) => catalogue.Current.FindSku(unit.SkuId)?.Kind == SkuKind.CardKey;

    private async ValueTask<Recorded> DeliverCodeAsync(OutcomeWork work, SupplierOutcome.Issued issued)
    {
        var terms = new IssuedTerms(work.Supplier.Code, issued.Cost ?? work.Attempt.UnitCost, work.Attempt.Currency);
        ClaimedKey? delivered = null;
        var surplus = new List<(IssuedCode Code, string? Fault)>();
        foreach (var code in issued.Codes)
        {
            var fault = IssuedCodeRules.Fault(code, calendar.DayOf(work.Now));
            if (delivered is null && fault is null)
            {
                delivered = await stock.RunAsync(work.Transaction, work.Unit, code, terms, work.Now, work.Effects).ConfigureAwait(false);
                if (delivered is not null)
                {
                    continue;
                }
            }

            surplus.Add((code, fault));
        }

        foreach (var (code, fault) in surplus)
        {
            _ = delivered is null
                ? await contradictions.UnusableAsync(work, code, fault, issued.Cost).ConfigureAwait(false)
                : await contradictions.ExtraAsync(work, code, Money.Zero).ConfigureAwait(false);
        }

        if (delivered is null)
        {
            await work.ChangeAttemptAsync(AttemptState.Unusable, "unusable_code", issued.Receipt).ConfigureAwait(false);
            await work.MoveUnitAsync(UnitState.Pending, work.Now).ConfigureAwait(false);
            return work.Came(AttemptState.Unusable, UnitState.Pending);
        }

        work.Effects.CloseDay(await work.Transaction.ReadDayAsync(calendar.DayOf(work.Now), ids.Node).ConfigureAwait(false), seal);
        var cost = await CostAsync(work, issued.Cost).ConfigureAwait(false);
        return await EndAsync(work, issued.Receipt, cost, delivered.Origin.CardKeyId).ConfigureAwait(false);
    }

    private async ValueTask<Recorded> EndAsync(OutcomeWork work, string? receipt, Money cost, long? cardKeyId)
    {
        await work.ChangeAttemptAsync(AttemptState.Issued, receipt: receipt, cost: cost).ConfigureAwait(false);
        var end = new UnitEnd(work.Unit, UnitState.Delivered) { CardKeyId = cardKeyId };
        var order = await close.RunAsync(work.Transaction, work.Unit.OrderId, [end], work.NowMs, work.Effects).ConfigureAwait(false);
        return work.Came(AttemptState.Issued, UnitState.Delivered) with { OrderClosed = !OrderStates.IsOpen(order) };
    }

    // What it says it charged is what we owe; that it is not what was agreed is for a person.
    private async ValueTask<Money> CostAsync(OutcomeWork work, Money? charged)
    {
        if (charged is { } cost && cost != work.Attempt.UnitCost)
        {
            await contradictions.CostDiffersAsync(work, cost).ConfigureAwait(false);
        }

        return charged ?? work.Attempt.UnitCost;
    }
}
