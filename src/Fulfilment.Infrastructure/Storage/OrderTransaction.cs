using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// The statements that end units and orders. What was read here stays true until the transaction ends, because SQLite has one writer and the transaction is
/// serializable elsewhere; the guards say so once more.
/// </summary>
internal class OrderTransaction(DbConnection connection, ICardKeyClaims claims, IOrderEffectsWriter effects) : IOrderTransaction
{
    protected DbConnection Connection { get; } = connection;

    public async ValueTask<OpenOrder> ReadOrderAsync(long orderId)
    {
        var row = await Connection.QuerySingleAsync<OrderRow>(
            """
            SELECT o.id AS Id, o.storefront_id AS StorefrontId, o.status AS Status, o.version AS Version, o.currency AS Currency, o.open_units AS OpenUnits,
                   s.settlement AS Settlement, s.credit_limit AS CreditLimit, coalesce(h.amount - h.settled, 0) AS Held,
                   (SELECT count(*) FROM order_lines AS l WHERE l.order_id = o.id) AS LineCount
            FROM orders AS o
            JOIN storefronts AS s ON s.id = o.storefront_id
            LEFT JOIN holds AS h ON h.order_id = o.id AND h.state = @open
            WHERE o.id = @orderId
            """,
            new { orderId, open = HoldState.Open }).ConfigureAwait(false);
        return row.ToOrder();
    }

    public async ValueTask<FoundUnit?> FindUnitAsync(long orderId, long unitId)
    {
        var row = await Connection.QuerySingleOrDefaultAsync<FoundUnitRow>(
            """
            SELECT u.order_id AS OrderId, u.id AS Id, u.line_id AS LineId, coalesce(u.sku_id, l.sku_id) AS SkuId, coalesce(u.price, l.unit_price) AS Price,
                   u.state AS State, u.due_at AS DueAt, u.card_key_id AS CardKeyId
            FROM units AS u JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
            WHERE u.order_id = @orderId AND u.id = @unitId
            """,
            new { orderId, unitId }).ConfigureAwait(false);
        return row?.ToUnit();
    }

    public async ValueTask<IReadOnlyList<FoundUnit>> FindCancellableAsync(long orderId, long nowMs)
    {
        var rows = await Connection.QueryAsync<FoundUnitRow>(
            """
            SELECT u.order_id AS OrderId, u.id AS Id, u.line_id AS LineId, coalesce(u.sku_id, l.sku_id) AS SkuId, coalesce(u.price, l.unit_price) AS Price,
                   u.state AS State, u.due_at AS DueAt, u.card_key_id AS CardKeyId
            FROM units AS u JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
            WHERE u.order_id = @orderId AND u.state IN (@Pending, @Manual) AND u.by_hand = 0
              AND NOT EXISTS (SELECT 1 FROM unit_leases AS t WHERE t.unit_id = u.id AND t.taken_until > @nowMs)
              AND NOT EXISTS (SELECT 1 FROM unit_decisions AS d WHERE d.unit_id = u.id AND d.status = 10)
            """,
            new { orderId, UnitState.Pending, UnitState.Manual, nowMs }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToUnit())];
    }

    public async ValueTask<IReadOnlyList<CountedLine>> CountLinesAsync(long orderId)
    {
        var rows = await Connection.QueryAsync<LineRow>(
            """
            SELECT l.id AS LineId, max(l.status) AS Status,
                   count(CASE WHEN u.state < @Delivered THEN 1 END) AS OpenUnits,
                   count(CASE WHEN u.state IN (@Delivered, @Replaced, @Refunded) THEN 1 END) AS DeliveredUnits,
                   count(CASE WHEN u.state = @Failed THEN 1 END) AS FailedUnits,
                   count(CASE WHEN u.state = @Cancelled THEN 1 END) AS CancelledUnits,
                   count(CASE WHEN u.state = @Refunded THEN 1 END) AS RefundedUnits,
                   count(CASE WHEN u.state = @Delivered THEN 1 END) AS KeptUnits
            FROM units AS u JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
            WHERE u.order_id = @orderId
            GROUP BY l.id
            """,
            new { orderId, UnitState.Delivered, UnitState.Replaced, UnitState.Refunded, UnitState.Failed, UnitState.Cancelled }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToLine())];
    }

    public ValueTask<WalletBalance> ReadWalletAsync(WalletKey key) => effects.ReadWalletAsync(key);

    public ValueTask<CustodyDay> ReadDayAsync(int day, int node) => effects.ReadDayAsync(day, node);

    public async ValueTask<bool> MoveUnitAsync(FoundUnit unit, UnitState to, long dueAtMs)
    {
        if (to != unit.State)
        {
            OrderStates.Units.Require(unit.State, to);
        }

        return await Connection.ExecuteAsync(
            "UPDATE units SET state = @to, due_at = @next WHERE order_id = @OrderId AND id = @Id AND state = @State AND due_at = @DueAtMs",
            new { to, next = dueAtMs, unit.OrderId, unit.Id, unit.State, unit.DueAtMs }).ConfigureAwait(false) == 1;
    }

    public async ValueTask EndUnitsAsync(IReadOnlyList<UnitEnd> ends, long atMs) => Expect(ends.Count, await Connection.ExecuteAsync(
        """
        UPDATE units SET state = @to, due_at = NULL, delivered_at = @deliveredAt, failure = @Failure, card_key_id = @CardKeyId
        WHERE order_id = @OrderId AND id = @Id AND state = @State
        """,
        ends.Select(end => new
        {
            to = end.State, deliveredAt = end.State == UnitState.Delivered ? atMs : (long?)null, end.Failure, end.CardKeyId, end.Unit.OrderId, end.Unit.Id, end.Unit.State,
        })).ConfigureAwait(false));

    public async ValueTask ChangeOrderAsync(OrderChange change)
    {
        var (before, closed) = (change.Before, !OrderStates.IsOpen(change.Status));
        Expect(1, await Connection.ExecuteAsync(
            """
            UPDATE orders SET open_units = @OpenUnits, status = @Status, version = version + 1,
                              completed_at = CASE WHEN @closed = 1 THEN @AtMs ELSE completed_at END, due_at = CASE WHEN @closed = 1 THEN NULL ELSE due_at END
            WHERE id = @Id AND version = @Version
            """,
            new { change.OpenUnits, change.Status, closed = closed ? 1 : 0, change.AtMs, before.Id, before.Version }).ConfigureAwait(false));
        foreach (var (lineId, status) in change.Lines)
        {
            Expect(1, await Connection.ExecuteAsync(
                "UPDATE order_lines SET status = @status WHERE order_id = @Id AND id = @lineId", new { status, before.Id, lineId }).ConfigureAwait(false));
        }

        if (closed || change.Settled > Money.Zero)
        {
            await SettleHoldAsync(change, closed).ConfigureAwait(false);
        }
    }

    public ValueTask<bool> ClaimAsync(IReadOnlyList<PartClaim> parts) => claims.TryDeliverAsync(parts);

    public ValueTask WriteAsync(OrderEffects changed) => effects.WriteAsync(changed);

    public async ValueTask RaiseAsync(NewAlert alert, long id, DateTimeOffset now) => await AlertStore.RaiseAsync(Connection, alert, id, now).ConfigureAwait(false);

    public async ValueTask<bool> ResolveAlertAsync(string key, DateTimeOffset now) => await AlertStore.ResolveAsync(Connection, key, now).ConfigureAwait(false);

    public async ValueTask RecordAsync(AuditEntry entry) => await AuditStore.AppendAsync(Connection, entry).ConfigureAwait(false);

    // What was read in this transaction cannot have changed, so another count is a broken record: nothing of the change may remain.
    protected static void Expect(int rows, int changed)
    {
        if (changed != rows)
        {
            throw new InvalidOperationException($"The rows of an order do not agree: {changed} changed instead of {rows}.");
        }
    }

    // An order of free units may have no hold.
    private async Task SettleHoldAsync(OrderChange change, bool closed)
    {
        var state = !closed ? HoldState.Open : change.Status is OrderStatus.Failed or OrderStatus.Cancelled ? HoldState.Voided : HoldState.Posted;
        var settled = await Connection.ExecuteAsync(
            "UPDATE holds SET settled = settled + @Settled, state = @state WHERE order_id = @Id AND state = @open AND settled + @Settled <= amount",
            new { Settled = change.Settled.TenThousandths, state, change.Before.Id, open = HoldState.Open }).ConfigureAwait(false);
        if (change.Settled > Money.Zero)
        {
            Expect(1, settled);
        }
    }

    private sealed class OrderRow
    {
        public long Id { get; init; }

        public long StorefrontId { get; init; }

        public long Status { get; init; }

        public long Version { get; init; }

        public string Currency { get; init; } = "";

        public long OpenUnits { get; init; }

        public long Settlement { get; init; }

        public long? CreditLimit { get; init; }

        public long Held { get; init; }

        public long LineCount { get; init; }

        public OpenOrder ToOrder() => new(
            Id, StorefrontId, new PaymentTerms((Settlement)Settlement, CreditLimit is { } limit ? new Money(limit) : null), (OrderStatus)Status, (int)Version, Currency,
            (int)OpenUnits, (int)LineCount, new Money(Held));
    }

    private sealed class LineRow
    {
        public long LineId { get; init; }

        public long Status { get; init; }

        public long OpenUnits { get; init; }

        public long DeliveredUnits { get; init; }

        public long FailedUnits { get; init; }

        public long CancelledUnits { get; init; }

        public long RefundedUnits { get; init; }

        public long KeptUnits { get; init; }

        public CountedLine ToLine() => new(LineId, (OrderStatus)Status, new UnitCounts(
            (int)OpenUnits, (int)DeliveredUnits, (int)FailedUnits, (int)CancelledUnits, (int)RefundedUnits, (int)KeptUnits));
    }
}
