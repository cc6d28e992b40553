using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>Sends a failed unit round its routes again, while its order is open: the price goes back on hold, and what was rejected before is asked once more.</summary>
public sealed class ResubmitUnit(IManualStore store, WorkSignal signal, IdGenerator ids, TimeProvider time)
{
    private const int LongestReason = 1_000;

    /// <summary>
    /// The decision, carried out. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.StateConflict"/>: it has
    /// not failed, or its order is over and cannot be charged any more; <see cref="RefusalCode.InsufficientBalance"/>.
    /// </summary>
    public async Task<Result<UnitDecision>> RunAsync(long unitId, string? reason, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (Field.Text(reason, "/reason", LongestReason, required: true) is { } malformed)
        {
            return malformed;
        }

        var resubmitted = await store.RunAsync<Result<UnitDecision>>(async transaction =>
        {
            if (await transaction.FindUnitAsync(unitId).ConfigureAwait(false) is not { } unit)
            {
                return new Refusal(RefusalCode.NotFound);
            }

            var order = await transaction.ReadOrderAsync(unit.OrderId).ConfigureAwait(false);
            var key = new WalletKey(order.StorefrontId, order.Currency);
            var wallet = await transaction.ReadWalletAsync(key).ConfigureAwait(false);
            if (await RefuseAsync(transaction, unit, order).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }

            if (new Wallet(order.Currency, wallet.Balance, wallet.Held).Available(order.Terms.WalletFloor) < unit.Price)
            {
                return new Refusal(RefusalCode.InsufficientBalance);
            }

            var effects = new OrderEffects();
            effects.Wallets[key] = wallet with { Held = wallet.Held + unit.Price };
            var done = new UnitDecision(
                ids.Next(), unit.OrderId, unit.Id, null, UnitDecisionKind.Resubmit, UnitDecisionStatus.PendingApproval, actor.Name, null, null,
                new DecisionContent { Evidence = reason! }).DoneAtOnce();
            await transaction.ReopenUnitAsync(unit, order, time.GetUtcNow().ToUnixTimeMilliseconds()).ConfigureAwait(false);
            await transaction.WriteAsync(effects).ConfigureAwait(false);
            await transaction.AddDecisionAsync(done).ConfigureAwait(false);
            await transaction.RecordAsync(UnitAudit.Entry(ids.Next(), actor, "unit.resubmitted", null, done)).ConfigureAwait(false);
            return done;
        }).ConfigureAwait(false);
        signal.Raise();
        return resubmitted;
    }

    // What intake left out of a partial order was never on hold.
    private static async ValueTask<Refusal?> RefuseAsync(IManualTransaction transaction, FoundUnit unit, OpenOrder order) =>
        unit.State != UnitState.Failed ? new Refusal(RefusalCode.StateConflict, Detail: "It has not failed.")
        : order.Status != OrderStatus.Processing ? new Refusal(RefusalCode.StateConflict, Detail: "Its order is over, and cannot be charged any more.")
        : await transaction.FindFailureAsync(unit).ConfigureAwait(false) == UnitFailure.OutOfStock
            ? new Refusal(RefusalCode.StateConflict, Detail: "It was left out when the order was placed; the storefront knows, and orders again.")
            : null;
}
