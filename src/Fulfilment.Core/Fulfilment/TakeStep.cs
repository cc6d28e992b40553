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
        // The transaction may run again: what it came to leaves it as its result alone.
        var taken = await store.RunAsync(async transaction =>
        {
            var (effects, now, result) = (new OrderEffects(), time.GetUtcNow(), new TakenSteps([], [], []));
            foreach (var plan in plans)
            {
                await TakeAsync(transaction, plan, effects, now, result).ConfigureAwait(false);
            }

            if (effects.Custody.Count > 0)
            {
                effects.CloseDay(await transaction.ReadDayAsync(calendar.DayOf(now), ids.Node).ConfigureAwait(false), seal);
            }

            if (effects.Outbox.Count > 0 || effects.Transfers.Count > 0 || effects.Wallets.Count > 0 || effects.CustodyDay is not null)
            {
                await transaction.WriteAsync(effects).ConfigureAwait(false);
            }

            return result;
        }).ConfigureAwait(false);
        foreach (var plan in plans)
        {
            (plan.Begun, plan.FoundNoKey) = (taken.Begun.Contains(plan) ? plan.Submission : null, taken.FoundNoKey.Contains(plan));
        }

        foreach (var orderId in taken.Closed)
        {
            ends.Raise(orderId);
        }
    }

    private async ValueTask TakeAsync(IFulfilmentTransaction transaction, UnitPlan plan, OrderEffects effects, DateTimeOffset now, TakenSteps taken)
    {
        switch (plan.Step)
        {
            case NextStep.Submit:
                var submission = plan.Submission!;
                if (await transaction.BeginAsync(plan.Unit, submission.Attempt, submission.Due.ToUnixTimeMilliseconds()).ConfigureAwait(false))
                {
                    taken.Begun.Add(plan);
                }

                return;
            case NextStep.AskPerson:
                await transaction.MoveUnitAsync(plan.Unit, UnitState.Manual, (now + options.SweepAfter).ToUnixTimeMilliseconds()).ConfigureAwait(false);
                return;
            case NextStep.Wait wait:
                await transaction.MoveUnitAsync(plan.Unit, UnitState.Pending, wait.Until.ToUnixTimeMilliseconds()).ConfigureAwait(false);
                return;
        }

        // Several statements: whether it is still ours is asked first, and stays so until the transaction ends.
        var found = await transaction.FindUnitAsync(plan.Unit.OrderId, plan.Unit.Id).ConfigureAwait(false);
        if (found is null || found.State != UnitState.Pending || found.DueAtMs != plan.Unit.DueAtMs)
        {
            return;
        }

        var end = plan.Step is NextStep.TakeFromPool pool
            ? await TakeKeyAsync(transaction, found, pool.Sku, effects, now).ConfigureAwait(false)
            : new UnitEnd(found, UnitState.Failed) { Failure = UnitFailure.RoutesExhausted };
        if (end is null)
        {
            // It stays due, and the next look goes on behind the pool.
            taken.FoundNoKey.Add(plan);
        }
        else if (!OrderStates.IsOpen(await close.RunAsync(transaction, found.OrderId, [end], now.ToUnixTimeMilliseconds(), effects).ConfigureAwait(false)))
        {
            taken.Closed.Add(found.OrderId);
        }
    }

    private async ValueTask<UnitEnd?> TakeKeyAsync(IFulfilmentTransaction transaction, FoundUnit unit, Sku sku, OrderEffects effects, DateTimeOffset now)
    {
        var claim = new PartClaim(new DraftPart(sku, [unit.Id], unit.Price, calendar.DayOf(now) + sku.MinRemainingDays));
        if (!await transaction.ClaimAsync([claim]).ConfigureAwait(false))
        {
            return null;
        }

        var key = claim.Keys[0];
        effects.Move(custody, key, CardKeyState.Available, CardKeyState.Delivered, now.ToUnixTimeMilliseconds(), unit.Id);
        effects.PostCost(ids, unit.OrderId, sku.Id, claim.Keys);
        return new UnitEnd(unit, UnitState.Delivered) { CardKeyId = key.Origin.CardKeyId };
    }

    private sealed record TakenSteps(HashSet<UnitPlan> Begun, HashSet<UnitPlan> FoundNoKey, HashSet<long> Closed);
}
