using System.Text.Json;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Core.Orders;

/// <summary>
/// Ends a held order's waiting: an operator releases or rejects it, its storefront cancels it, or its time runs out. Whoever comes first
/// decides; the hold is posted or voided once, in the transaction that delivers the codes or gives them back, but for what units without a code are to cost.
/// </summary>
public sealed class SettleHeldOrder(
    IHeldOrderStore held, IOrderStore orders, ICatalogue catalogue, ICardKeyPool pool,
    CustodyChain custody, ICustodySeal seal, IdGenerator ids, BusinessCalendar calendar, WorkSignal work, TimeProvider time)
{
    private const int DueAtOnce = 100;

    /// <summary>
    /// Delivers a held order, and lets those of its units go to their routes that have no code. The refusal is <c>not_held</c> when somebody was faster, and <c>batch_not_sellable</c> when a code kept for it is of a batch
    /// that has been frozen or recalled since: it can only be called off, or runs out.
    /// </summary>
    public Task<Refusal?> ReleaseAsync(long orderId, Actor actor) => SettleForOperatorAsync(orderId, deliver: true, "order.released", actor);

    /// <summary>Calls a held order off. The refusal is <c>not_held</c> when somebody was faster.</summary>
    public Task<Refusal?> RejectAsync(long orderId, Actor actor) => SettleForOperatorAsync(orderId, deliver: false, "order.rejected", actor);

    /// <summary>Calls a storefront's own order off while it is held; else <c>not_cancellable</c>.</summary>
    public async Task<Refusal?> CancelAsync(long storefrontId, long orderId)
    {
        if (await orders.FindAsync(storefrontId, orderId, CancellationToken.None).ConfigureAwait(false) is null)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        return await SettleAsync(orderId, deliver: false).ConfigureAwait(false) is null ? null : new Refusal(RefusalCode.NotCancellable);
    }

    /// <summary>Calls off the held orders whose time is over; tells how many. One that cannot be called off keeps no other waiting.</summary>
    /// <exception cref="AggregateException">Some could not be called off; the others were.</exception>
    public async Task<int> CancelDueAsync(CancellationToken cancellation)
    {
        var count = 0;
        var failures = new List<Exception>();
        while (failures.Count == 0 && await held.FindDueAsync(time.GetUtcNow(), DueAtOnce, cancellation).ConfigureAwait(false) is { Count: > 0 } due)
        {
            foreach (var orderId in due)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    count += await SettleAsync(orderId, deliver: false).ConfigureAwait(false) is null ? 1 : 0;
                }
#pragma warning disable CA1031 // Whatever is wrong with this order, the caller hears of it once the others have been seen to.
                catch (Exception exception) when (exception is not NodeLeaseLostException)
#pragma warning restore CA1031
                {
                    failures.Add(exception);
                }
            }
        }

        return failures.Count == 0 ? count : throw new AggregateException(failures);
    }

    private async Task<Refusal?> SettleForOperatorAsync(long orderId, bool deliver, string action, Actor actor)
    {
        var audit = new AuditEntry(ids.Next(), actor, action, $"order:{PublicId.Format(PublicId.Order, orderId)}");
        return await SettleAsync(orderId, deliver, audit).ConfigureAwait(false);
    }

    private async Task<Refusal?> SettleAsync(long orderId, bool deliver, AuditEntry? audit = null)
    {
        var now = time.GetUtcNow();
        HeldOrder? found = null;
        HeldOrderSettlement? settled = null;
        var isHeld = await held.SettleAsync(orderId, calendar.DayOf(now), ids.Node, order =>
        {
            found = order;
            return settled = deliver && order.Keys.Values.Any(key => !key.Batch.Sells) ? null : Decide(order, deliver, now.ToUnixTimeMilliseconds(), audit);
        }).ConfigureAwait(false);
        if (!isHeld)
        {
            // Also what was decided in a transaction that had to be repeated counts for nothing: somebody else was faster.
            (found, settled) = (null, null);
        }

        if (settled is null)
        {
            return new Refusal(found is null ? RefusalCode.NotHeld : RefusalCode.BatchNotSellable);
        }

        if (settled.Status == OrderStatus.Processing)
        {
            work.Raise();
        }

        var returned = found!.Keys.Where(key => settled.Keys[key.Key] == CardKeyState.Available && key.Value.Batch.Sells).Select(key => key.Value);
        foreach (var keys in returned.GroupBy(key => key.Origin.SkuId))
        {
            pool.Return(keys.Key, [.. keys.Select(key => key.Origin.CardKeyId)]);
        }

        return null;
    }

    private HeldOrderSettlement Decide(HeldOrder held, bool deliver, long atMs, AuditEntry? audit)
    {
        var order = held.Order;
        var states = order.Lines.SelectMany(line => line.Units).ToDictionary(unit => unit.Id, unit => StateAfter(unit, deliver));
        var status = Follow(order.Status, deliver ? OrderStates.StatusOf(states.Values) : OrderStatus.Cancelled);
        var effects = new OrderEffects();
        var keyStates = held.Keys.ToDictionary(key => key.Key, key => deliver ? CardKeyState.Delivered : GivenBack(key.Value));
        foreach (var (unitId, key) in held.Keys)
        {
            effects.Move(custody, key, CardKeyState.Reserved, keyStates[unitId], atMs, deliver ? unitId : null);
        }

        effects.PostWriteOff(ids, held.Keys.Where(key => keyStates[key.Key] is CardKeyState.Voided).Select(key => key.Value));
        effects.CloseDay(held.CustodyDay, seal);

        // What is kept back for units that wait stays so, until each ends.
        var settled = OrderStates.IsOpen(status)
            ? order.Lines.SelectMany(line => line.Units).Where(unit => held.Keys.ContainsKey(unit.Id)).Aggregate(Money.Zero, (sum, unit) => sum + unit.Price)
            : held.Held;
        var wallet = held.Wallet with { Held = held.Wallet.Held - settled };
        effects.Wallets.Add(new WalletKey(order.StorefrontId, order.Currency), deliver ? wallet with { Balance = wallet.Balance - settled } : wallet);
        if (!OrderStates.IsOpen(status))
        {
            effects.Outbox.Add(OutboxMessage.ForOrder(ids.Next(), order.StorefrontId, order.Id, status, order.Version + 1));
        }

        if (deliver)
        {
            PostSales(held, effects);
        }

        return new HeldOrderSettlement(
            status, order.Lines.ToDictionary(line => line.Id, line => OrderStates.StatusOf(line.Units.Select(unit => states[unit.Id]))), atMs,
            deliver ? UnitState.Delivered : UnitState.Cancelled, deliver ? UnitState.Pending : UnitState.Cancelled, keyStates,
            deliver ? OrderStates.IsOpen(status) ? HoldState.Open : HoldState.Posted : HoldState.Voided, settled, effects,
            audit is null ? null : audit with { Before = Image(order.Status, order.Version), After = Image(status, order.Version + 1) });
    }

    private static UnitState StateAfter(StoredUnit unit, bool deliver)
    {
        if (unit.State != UnitState.Reserved)
        {
            return unit.State;
        }

        var after = !deliver ? UnitState.Cancelled : unit.CardKeyId is null ? UnitState.Pending : UnitState.Delivered;
        OrderStates.Units.Require(unit.State, after);
        return after;
    }

    // A release makes the order go on, which may at once be its end.
    private static OrderStatus Follow(OrderStatus from, OrderStatus to)
    {
        if (to == OrderStatus.Cancelled)
        {
            OrderStates.Orders.Require(from, to);
            return to;
        }

        OrderStates.Orders.Require(from, OrderStatus.Processing);
        if (to != OrderStatus.Processing)
        {
            OrderStates.Orders.Require(OrderStatus.Processing, to);
        }

        return to;
    }

    // The recall of its batch has passed a reserved key by, and nobody walks over the batch again.
    private static CardKeyState GivenBack(ClaimedKey key) => key.Batch.IsWithdrawn ? CardKeyState.Voided : CardKeyState.Available;

    private static string Image(OrderStatus status, int version) =>
        $$"""{"status":"{{JsonNamingPolicy.CamelCase.ConvertName(status.ToString())}}","version":{{version}}}""";

    private void PostSales(HeldOrder held, OrderEffects effects)
    {
        var order = held.Order;
        var buyer = catalogue.Current.Storefronts.First(storefront => storefront.Id == order.StorefrontId).Terms.AccountOf(order.StorefrontId);
        foreach (var line in order.Lines)
        {
            foreach (var part in line.Units.Where(unit => held.Keys.ContainsKey(unit.Id)).GroupBy(unit => (unit.SkuId, unit.Price), unit => held.Keys[unit.Id]))
            {
                effects.PostSale(ids, buyer, order.Id, order.Currency, part.Key.SkuId, part.Key.Price, [.. part]);
            }
        }
    }
}
