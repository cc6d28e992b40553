using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Fulfilment;

/// <summary>Commits the next steps of many units in one transaction, each guarded by what was seen of its unit: of several workers one takes the step.</summary>
public sealed class TakeStep(
    IFulfilmentStore store, CloseUnits close, CustodyChain custody, ICustodySeal seal, OrderEnds ends, IdGenerator ids, BusinessCalendar calendar,
    FulfilmentOptions options, TimeProvider time)
{
    internal async Task RunAsync(IReadOnlyList<UnitPlan> plans)
    {
        var closed = await store.RunAsync(async transaction =>
        {
            var (effects, ended) = (new OrderEffects(), new HashSet<long>());
            var now = time.GetUtcNow();
            foreach (var plan in plans)
            {
                (plan.Begun, plan.FoundNoKey) = (null, false);
                if (await TakeAsync(transaction, plan, effects, now).ConfigureAwait(false) is { } status && !OrderStates.IsOpen(status))
                {
                    ended.Add(plan.Unit.OrderId);
                }
            }

            if (effects.Custody.Count > 0)
            {
                effects.CloseDay(await transaction.ReadDayAsync(calendar.DayOf(now), ids.Node).ConfigureAwait(false), seal);
            }

            if (effects.Outbox.Count > 0 || effects.Transfers.Count > 0 || effects.Wallets.Count > 0 || effects.CustodyDay is not null)
            {
                await transaction.WriteAsync(effects).ConfigureAwait(false);
            }

            return ended;
        }).ConfigureAwait(false);
        foreach (var orderId in closed)
        {
            ends.Raise(orderId);
        }
    }

    // What the order is where the unit has ended.
    private async ValueTask<OrderStatus?> TakeAsync(IFulfilmentTransaction transaction, UnitPlan plan, OrderEffects effects, DateTimeOffset now)
    {
        switch (plan.Step)
        {
            case NextStep.Submit:
                var submission = plan.Submission!;
                var begun = await transaction.BeginAsync(plan.Unit, submission.Attempt, submission.Due.ToUnixTimeMilliseconds()).ConfigureAwait(false);
                plan.Begun = begun ? submission : null;
                return null;
            case NextStep.AskPerson:
                await transaction.MoveUnitAsync(plan.Unit, UnitState.Manual, (now + options.SweepAfter).ToUnixTimeMilliseconds()).ConfigureAwait(false);
                return null;
            case NextStep.Wait wait:
                await transaction.MoveUnitAsync(plan.Unit, UnitState.Pending, wait.Until.ToUnixTimeMilliseconds()).ConfigureAwait(false);
                return null;
        }

        // Several statements: whether it is still ours is asked first, and stays so until the transaction ends.
        var found = await transaction.FindUnitAsync(plan.Unit.OrderId, plan.Unit.Id).ConfigureAwait(false);
        if (found is null || found.State != UnitState.Pending || found.DueAtMs != plan.Unit.DueAtMs)
        {
            return null;
        }

        return plan.Step is NextStep.TakeFromPool pool
            ? await DeliverFromPoolAsync(transaction, plan, found, pool.Sku, effects, now).ConfigureAwait(false)
            : await EndAsync(transaction, new UnitEnd(found, UnitState.Failed) { Failure = UnitFailure.RoutesExhausted }, effects, now).ConfigureAwait(false);
    }

    private async ValueTask<OrderStatus?> DeliverFromPoolAsync(
        IFulfilmentTransaction transaction, UnitPlan plan, FoundUnit unit, Sku sku, OrderEffects effects, DateTimeOffset now)
    {
        var claim = new PartClaim(new DraftPart(sku, [unit.Id], unit.Price, calendar.DayOf(now) + sku.MinRemainingDays));
        if (!await transaction.ClaimAsync([claim]).ConfigureAwait(false))
        {
            // It stays due, and the next look goes on behind the pool.
            plan.FoundNoKey = true;
            return null;
        }

        var key = claim.Keys[0];
        effects.Move(custody, key, CardKeyState.Available, CardKeyState.Delivered, now.ToUnixTimeMilliseconds(), unit.Id);
        effects.PostCost(ids, unit.OrderId, sku.Id, claim.Keys);
        return await EndAsync(transaction, new UnitEnd(unit, UnitState.Delivered) { CardKeyId = key.Origin.CardKeyId }, effects, now).ConfigureAwait(false);
    }

    private async ValueTask<OrderStatus?> EndAsync(IFulfilmentTransaction transaction, UnitEnd end, OrderEffects effects, DateTimeOffset now) =>
        await close.RunAsync(transaction, end.Unit.OrderId, [end], now.ToUnixTimeMilliseconds(), effects).ConfigureAwait(false);
}
