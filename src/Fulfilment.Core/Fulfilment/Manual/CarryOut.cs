using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>Carries out what was decided for a unit, inside the decision's transaction. A refusal comes before anything is written.</summary>
public sealed class CarryOut(
    CloseUnits close, StockIssuedCode stock, RecordOutcome outcomes, ICatalogue catalogue, ICustodySeal seal, OrderEnds ends, WorkSignal signal, IdGenerator ids,
    BusinessCalendar calendar, TimeProvider time)
{
    private static readonly Refusal KnownCode = new(RefusalCode.AlreadyExists, "/code", "This code is in our books already; it is never given to anybody twice.");

    internal ValueTask<Result<CarriedOut>> RunAsync(IManualTransaction transaction, FoundUnit unit, UnitDecision decision) => decision.Kind switch
    {
        UnitDecisionKind.DeliverCode => DeliverCodeAsync(transaction, unit, decision),
        UnitDecisionKind.DeliverTopUp => DeliverTopUpAsync(transaction, unit, decision),
        UnitDecisionKind.Fail => EndAsync(transaction, new UnitEnd(unit, UnitState.Failed) { Failure = UnitFailure.ManualFailed }, new OrderEffects()),
        UnitDecisionKind.SettleIssued or UnitDecisionKind.SettleRejected => SettleAsync(transaction, unit, decision),
        UnitDecisionKind.Resubmit => throw new InvalidOperationException("Another try is not carried out here."),
    };

    /// <summary>Tells those in this process that wait for what was carried out; once it is durable.</summary>
    internal void Tell(CarriedOut? carried)
    {
        if (carried is { OrderClosed: true })
        {
            ends.Raise(carried.OrderId);
        }

        if (carried is { Unit: UnitState.Pending })
        {
            signal.Raise();
        }
    }

    /// <summary>Why a code cannot be delivered to the unit; null: it can.</summary>
    internal async ValueTask<Refusal?> CheckCodeAsync(IManualTransaction transaction, DecisionContent content)
    {
        if (content.Code is not { } code)
        {
            return null;
        }

        return IssuedCodeRules.Fault(new IssuedCode(code, content.ExpiresOn), calendar.DayOf(time.GetUtcNow())) is { } fault
            ? Field.Refuse("/code", $"This cannot be delivered as a code: {fault}.")
            : await transaction.FindCodeAsync(stock.Fingerprint(code)).ConfigureAwait(false) is null ? null : KnownCode;
    }

    private async ValueTask<Result<CarriedOut>> DeliverCodeAsync(IManualTransaction transaction, FoundUnit unit, UnitDecision decision)
    {
        var content = decision.Content!;
        if (await CheckCodeAsync(transaction, content).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        var (effects, now) = (new OrderEffects(), time.GetUtcNow());
        var order = await transaction.ReadOrderAsync(unit.OrderId).ConfigureAwait(false);
        var terms = new IssuedTerms(SupplierOf(decision)?.Code, decision.Cost ?? Money.Zero, order.Currency);
        var key = await stock.RunAsync(transaction, unit, new IssuedCode(content.Code!.Value, content.ExpiresOn), terms, now, effects).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"A code for unit {unit.Id} was new and is known, within one transaction.");
        effects.CloseDay(await transaction.ReadDayAsync(calendar.DayOf(now), ids.Node).ConfigureAwait(false), seal);
        return await EndAsync(transaction, new UnitEnd(unit, UnitState.Delivered) { CardKeyId = key.Origin.CardKeyId }, effects).ConfigureAwait(false);
    }

    // What it cost stands in an attempt, as it does for a top-up that a supplier was asked for.
    private async ValueTask<Result<CarriedOut>> DeliverTopUpAsync(IManualTransaction transaction, FoundUnit unit, UnitDecision decision)
    {
        var effects = new OrderEffects();
        if (decision.Cost is { } cost && SupplierOf(decision) is { } supplier)
        {
            var order = await transaction.ReadOrderAsync(unit.OrderId).ConfigureAwait(false);
            var sku = catalogue.Current.FindSku(unit.SkuId)!;
            var route = sku.Routes.FirstOrDefault(known => known.Source == RouteSource.Supplier && known.Supplier == supplier.Code);
            var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            await transaction.AddAttemptAsync(new Attempt(
                ids.Next(), unit.OrderId, unit.Id, supplier.Id, route?.SupplierSku ?? sku.Code, AttemptState.Issued, cost, order.Currency, nowMs,
                Reason: "by_hand", DecidedAtMs: nowMs)).ConfigureAwait(false);
            effects.Post(ids, TransferKind.CostOfSale, Account.CostOfSales(unit.SkuId), Account.SupplierPayable(supplier.Id), cost, order.Currency, unit.OrderId);
        }

        return await EndAsync(transaction, new UnitEnd(unit, UnitState.Delivered), effects).ConfigureAwait(false);
    }

    private async ValueTask<Result<CarriedOut>> SettleAsync(IManualTransaction transaction, FoundUnit unit, UnitDecision decision)
    {
        var content = decision.Content!;
        if (await CheckCodeAsync(transaction, content).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        SupplierOutcome outcome = decision.Kind == UnitDecisionKind.SettleRejected
            ? new SupplierOutcome.Rejected("operator")
            : new SupplierOutcome.Issued(content.Code is { } code ? [new IssuedCode(code, content.ExpiresOn)] : [], content.Receipt, decision.Cost);
        var recorded = await outcomes.ApplyAsync(
            transaction, decision.AttemptId!.Value, new SupplierAnswer.Answered(outcome, Raw: null), AnswerSource.Operator).ConfigureAwait(false);
        if (recorded.Unit == UnitState.Pending)
        {
            await transaction.WaitAnewAsync(unit.OrderId, unit.Id, time.GetUtcNow().ToUnixTimeMilliseconds()).ConfigureAwait(false);
        }

        return new CarriedOut(unit.OrderId, recorded.Unit, recorded.OrderClosed);
    }

    private async ValueTask<Result<CarriedOut>> EndAsync(IManualTransaction transaction, UnitEnd end, OrderEffects effects)
    {
        var order = await close.RunAsync(transaction, end.Unit.OrderId, [end], time.GetUtcNow().ToUnixTimeMilliseconds(), effects).ConfigureAwait(false);
        await transaction.WriteAsync(effects).ConfigureAwait(false);
        return new CarriedOut(end.Unit.OrderId, end.State, OrderClosed: !OrderStates.IsOpen(order));
    }

    private Supplier? SupplierOf(UnitDecision decision) =>
        decision.SupplierId is { } id ? catalogue.Current.Suppliers.FirstOrDefault(supplier => supplier.Id == id) : null;
}

/// <summary>What came of a decision.</summary>
/// <param name="OrderId">The unit's order.</param>
/// <param name="Unit">Where the unit stands.</param>
/// <param name="OrderClosed">Whether nothing of the order is open any more because of this.</param>
internal sealed record CarriedOut(long OrderId, UnitState Unit, bool OrderClosed);
