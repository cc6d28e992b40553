using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Settles held orders on SQLite. Rare beside intake, so its statements are not kept compiled.</summary>
public sealed class SqliteHeldOrderStore(SqliteDatabase database) : IHeldOrderStore
{
    /// <inheritdoc/>
    public Task<bool> SettleAsync(long orderId, int custodyDay, int node, Func<HeldOrder, HeldOrderSettlement?> decide) =>
        database.RunAsync(connection => Settle(connection, orderId, custodyDay, node, decide), WritePriority.Prompt);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<long>>(
        async connection => (await connection.QueryAsync<long>(
            "SELECT id FROM orders WHERE due_at <= @now AND status = @held ORDER BY due_at LIMIT @limit",
            new { now = now.ToUnixTimeMilliseconds(), held = OrderStatus.Held, limit }).ConfigureAwait(false)).AsList(),
        cancellation);

    private static bool Settle(SqliteConnection connection, long orderId, int custodyDay, int node, Func<HeldOrder, HeldOrderSettlement?> decide)
    {
        var order = OrderStore.ReadAsync(connection, orderId).GetAwaiter().GetResult();
        if (order?.Status is not OrderStatus.Held)
        {
            return false;
        }

        using var effects = new SqliteOrderEffects(connection);
        using var claims = new SqliteCardKeyClaims(connection);
        var keys = new Dictionary<long, ClaimedKey>();
        foreach (var line in order.Lines)
        {
            foreach (var unit in line.Units.Where(unit => unit.State == UnitState.Reserved))
            {
                keys.Add(unit.Id, claims.Read(unit.CardKeyId!.Value, line.SkuId));
            }
        }

        // No row: the order keeps no money back, because only free units were in stock, and its storefront has never paid for any.
        var wallet = connection.QuerySingleOrDefault<(long Balance, long Held)>(
            "SELECT balance, held FROM wallets WHERE storefront_id = @StorefrontId AND currency = @Currency", new { order.StorefrontId, order.Currency });
        var held = connection.QuerySingle<long>("SELECT amount FROM holds WHERE order_id = @orderId AND state = @open", new { orderId, open = HoldState.Open });
        var settlement = decide(new HeldOrder(
            order, keys, new Money(held), new WalletBalance(new Money(wallet.Balance), new Money(wallet.Held)), effects.ReadDay(custodyDay, node)));
        if (settlement is not null)
        {
            Write(connection, order, keys, settlement);
            effects.Write(settlement.Effects);
        }

        return true;
    }

    private static void Write(SqliteConnection connection, StoredOrder order, Dictionary<long, ClaimedKey> keys, HeldOrderSettlement settlement)
    {
        Expect(1, connection.Execute("""
            UPDATE orders SET status = @Status, version = version + 1, open_units = 0, completed_at = @AtMs, due_at = NULL
            WHERE id = @Id AND status = @held
            """, new { settlement.Status, settlement.AtMs, order.Id, held = OrderStatus.Held }));
        Expect(1, connection.Execute(
            "UPDATE holds SET state = @Hold WHERE order_id = @Id AND state = @open", new { settlement.Hold, order.Id, open = HoldState.Open }));
        foreach (var (lineId, status) in settlement.Lines)
        {
            Expect(1, connection.Execute("UPDATE order_lines SET status = @status WHERE order_id = @Id AND id = @lineId", new { status, order.Id, lineId }));
        }

        // A key that goes back to the stock is no longer this unit's.
        var keeps = settlement.Units == UnitState.Delivered;
        Expect(keys.Count, connection.Execute($"""
            UPDATE units SET state = @Units, due_at = NULL, delivered_at = @deliveredAt {(keeps ? "" : ", card_key_id = NULL")}
            WHERE order_id = @Id AND state = @reserved
            """, new { settlement.Units, deliveredAt = keeps ? settlement.AtMs : (long?)null, order.Id, reserved = UnitState.Reserved }));
        foreach (var (unitId, key) in keys)
        {
            Expect(1, connection.Execute(
                "UPDATE card_keys SET state = @to WHERE id = @CardKeyId AND state = @reserved",
                new { to = settlement.Keys[unitId], key.Origin.CardKeyId, reserved = CardKeyState.Reserved }));
        }

        if (settlement.Audit is { } entry)
        {
            AuditStore.AppendAsync(connection, entry).GetAwaiter().GetResult();
        }
    }

    // What was read in this transaction cannot have changed, so another count is a broken record: nothing of the settlement may remain.
    private static void Expect(int rows, int changed)
    {
        if (changed != rows)
        {
            throw new InvalidOperationException($"A held order's rows do not agree: {changed} changed instead of {rows}.");
        }
    }
}
