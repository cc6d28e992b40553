using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// The one place where units of an accepted order become terminal after its intake: delivered, failed or called off. In the caller's transaction it charges or
/// gives back their money, takes them from the order's open units and, when none is left, decides the order's status and those of its lines. Of two that end
/// an order's last units at once one finds the other's: the order's row is guarded by its version.
/// </summary>
public sealed class CloseUnits(IdGenerator ids)
{
    /// <summary>
    /// Ends units of one order. What they sold for is posted here, what they had cost is the caller's to post; the caller then writes the effects
    /// (<see cref="IOrderTransaction.WriteAsync"/>), and tells whoever waits for the order once its transaction is durable.
    /// </summary>
    /// <param name="transaction">The caller's.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="ends">Its units and what they become; none: the order is only looked at, and closed if nothing of it is open.</param>
    /// <param name="atMs">When, in Unix milliseconds.</param>
    /// <param name="effects">What it does elsewhere is added here.</param>
    /// <returns>What the order is then.</returns>
    public async ValueTask<OrderStatus> RunAsync(IOrderTransaction transaction, long orderId, IReadOnlyList<UnitEnd> ends, long atMs, OrderEffects effects)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(ends);
        ArgumentNullException.ThrowIfNull(effects);
        foreach (var end in ends)
        {
            OrderStates.Units.Require(end.Unit.State, end.State);
        }

        var order = await transaction.ReadOrderAsync(orderId).ConfigureAwait(false);
        await transaction.EndUnitsAsync(ends, atMs).ConfigureAwait(false);
        var settled = await SettleAsync(transaction, order, ends, effects).ConfigureAwait(false);

        var (open, status) = (order.OpenUnits - ends.Count, order.Status);
        var lines = new Dictionary<long, OrderStatus>();
        if (open <= 0 || order.LineCount > 1 || ends.Count == 0)
        {
            // Counted in the table, behind our own updates: the counter decides when to look, and never what the order comes to.
            var counted = await transaction.CountLinesAsync(orderId).ConfigureAwait(false);
            foreach (var line in counted.Where(line => OrderStates.IsOpen(line.Status) && line.Units.Open == 0))
            {
                lines.Add(line.LineId, StatusOf(line.Units));
            }

            var all = counted.Aggregate(default(UnitCounts), (sum, line) => sum + line.Units);
            open = all.Open;
            status = open == 0 ? StatusOf(all) : status;
        }

        if (ends.Count == 0 && status == order.Status && open == order.OpenUnits)
        {
            return status;
        }

        Announce(order, ends, status, effects);
        await transaction.ChangeOrderAsync(new OrderChange(order, open, status, atMs, lines, settled)).ConfigureAwait(false);
        return status;
    }

    private async ValueTask<Money> SettleAsync(IOrderTransaction transaction, OpenOrder order, IReadOnlyList<UnitEnd> ends, OrderEffects effects)
    {
        var (settled, charged) = (Money.Zero, Money.Zero);
        foreach (var end in ends)
        {
            settled += end.Unit.Price;
            charged += end.State == UnitState.Delivered ? end.Unit.Price : Money.Zero;
        }

        if (settled == Money.Zero)
        {
            return settled;
        }

        var buyer = order.Terms.AccountOf(order.StorefrontId);
        foreach (var sku in ends.Where(end => end.State == UnitState.Delivered).GroupBy(end => end.Unit.SkuId))
        {
            var price = sku.Aggregate(Money.Zero, (sum, end) => sum + end.Unit.Price);
            effects.Post(ids, TransferKind.Sale, buyer, Account.Revenue(sku.Key), price, order.Currency, order.Id);
        }

        var key = new WalletKey(order.StorefrontId, order.Currency);
        var wallet = effects.Wallets.TryGetValue(key, out var changed) ? changed : await transaction.ReadWalletAsync(key).ConfigureAwait(false);
        effects.Wallets[key] = new WalletBalance(wallet.Balance - charged, wallet.Held - settled);
        return settled;
    }

    private void Announce(OpenOrder order, IReadOnlyList<UnitEnd> ends, OrderStatus status, OrderEffects effects)
    {
        if (!OrderStates.IsOpen(status))
        {
            effects.Outbox.Add(OutboxMessage.ForOrder(ids.Next(), order.StorefrontId, order.Id, status, order.Version + 1));
            return;
        }

        foreach (var end in ends)
        {
            WebhookEvent? type = end.State switch
            {
                UnitState.Delivered => WebhookEvent.UnitDelivered,
                UnitState.Failed => WebhookEvent.UnitFailed,
                _ => null,
            };
            if (type is { } happened)
            {
                effects.Outbox.Add(new OutboxMessage(ids.Next(), order.StorefrontId, happened, order.Id, status, order.Version + 1, end.Unit.Id));
            }
        }
    }

    // What was delivered may have been refunded while other units were still open.
    private static OrderStatus StatusOf(UnitCounts units) =>
        units is { Refunded: > 0, Kept: 0 } ? OrderStatus.Refunded : OrderStates.Close(units.Delivered, units.Failed, units.Cancelled);
}
