using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Settles one held order inside a transaction in which nothing that was read can change.</summary>
internal sealed class HeldOrderTransaction(DbConnection connection, ICardKeyClaims claims, IOrderEffectsWriter effects)
{
    // What a statement's list may hold on every engine.
    private const int MostKeysAtOnce = 1_000;

    public async Task<bool> SettleAsync(long orderId, int custodyDay, int node, Func<HeldOrder, HeldOrderSettlement?> decide)
    {
        var order = await OrderStore.ReadAsync(connection, orderId).ConfigureAwait(false);
        if (order?.Status is not OrderStatus.Held)
        {
            return false;
        }

        var reserved = order.Lines.SelectMany(line => line.Units).Where(unit => unit is { State: UnitState.Reserved, CardKeyId: not null })
            .ToDictionary(unit => unit.Id, unit => unit.CardKeyId!.Value);
        var read = await claims.ReadAsync(reserved.Values).ConfigureAwait(false);
        var keys = reserved.ToDictionary(unit => unit.Key, unit => read[unit.Value]);

        // Without a row the order keeps no money back: only free units were in stock, and its storefront has never paid for any.
        var wallet = await effects.ReadWalletAsync(new WalletKey(order.StorefrontId, order.Currency)).ConfigureAwait(false);
        var held = await connection.QuerySingleAsync<long>(
            "SELECT amount FROM holds WHERE order_id = @orderId AND state = @open", new { orderId, open = HoldState.Open }).ConfigureAwait(false);
        var day = await effects.ReadDayAsync(custodyDay, node).ConfigureAwait(false);
        if (decide(new HeldOrder(order, keys, new Money(held), wallet, day)) is { } settlement)
        {
            await WriteAsync(order, keys, settlement).ConfigureAwait(false);
            await effects.WriteAsync(settlement.Effects).ConfigureAwait(false);
        }

        return true;
    }

    private async Task WriteAsync(StoredOrder order, Dictionary<long, ClaimedKey> keys, HeldOrderSettlement settlement)
    {
        Expect(1, await connection.ExecuteAsync(
            """
            UPDATE orders SET status = @Status, version = version + 1, open_units = @openUnits, completed_at = @completedAt, due_at = @DueAtMs
            WHERE id = @Id AND status = @held
            """,
            new
            {
                settlement.Status,
                openUnits = settlement.DueAtMs is null ? 0 : Waiting(order),
                completedAt = settlement.DueAtMs is null ? settlement.AtMs : (long?)null,
                settlement.DueAtMs,
                order.Id,
                held = OrderStatus.Held,
            }).ConfigureAwait(false));
        Expect(1, await connection.ExecuteAsync(
            "UPDATE holds SET state = @Hold, settled = @settled WHERE order_id = @Id AND state = @open",
            new { settlement.Hold, settled = settlement.Settled.TenThousandths, order.Id, open = HoldState.Open }).ConfigureAwait(false));
        foreach (var (lineId, status) in settlement.Lines)
        {
            Expect(1, await connection.ExecuteAsync(
                "UPDATE order_lines SET status = @status WHERE order_id = @Id AND id = @lineId", new { status, order.Id, lineId }).ConfigureAwait(false));
        }

        await MoveAsync(order, keys, settlement).ConfigureAwait(false);
        if (settlement.Audit is { } entry)
        {
            await AuditStore.AppendAsync(connection, entry).ConfigureAwait(false);
        }
    }

    private async Task MoveAsync(StoredOrder order, Dictionary<long, ClaimedKey> keys, HeldOrderSettlement settlement)
    {
        // A key that goes back to the stock is no longer this unit's.
        var keeps = settlement.Units == UnitState.Delivered;
        Expect(keys.Count, await connection.ExecuteAsync(
            """
            UPDATE units SET state = @Units, due_at = NULL, delivered_at = @deliveredAt, card_key_id = CASE WHEN @keeps = 1 THEN card_key_id END
            WHERE order_id = @Id AND state = @reserved AND card_key_id IS NOT NULL
            """,
            new { settlement.Units, deliveredAt = keeps ? settlement.AtMs : (long?)null, keeps = keeps ? 1 : 0, order.Id, reserved = UnitState.Reserved }).ConfigureAwait(false));
        Expect(Waiting(order), await connection.ExecuteAsync(
            "UPDATE units SET state = @Waiting, due_at = @dueAt, waits_since = @dueAt WHERE order_id = @Id AND state = @reserved AND card_key_id IS NULL",
            new { settlement.Waiting, dueAt = settlement.Waiting == UnitState.Pending ? settlement.AtMs : (long?)null, order.Id, reserved = UnitState.Reserved }).ConfigureAwait(false));
        foreach (var group in keys.GroupBy(key => settlement.Keys[key.Key], key => key.Value.Origin.CardKeyId))
        {
            foreach (var ids in group.Chunk(MostKeysAtOnce))
            {
                Expect(ids.Length, await connection.ExecuteAsync(
                    "UPDATE card_keys SET state = @to WHERE id IN @ids AND state = @reserved",
                    new { to = group.Key, ids, reserved = CardKeyState.Reserved }).ConfigureAwait(false));
            }
        }
    }

    private static int Waiting(StoredOrder order) => order.Lines.Sum(line => line.Units.Count(unit => unit is { State: UnitState.Reserved, CardKeyId: null }));

    // What was read in this transaction cannot have changed, so another count is a broken record: nothing of the settlement may remain.
    private static void Expect(int rows, int changed)
    {
        if (changed != rows)
        {
            throw new InvalidOperationException($"A held order's rows do not agree: {changed} changed instead of {rows}.");
        }
    }
}
