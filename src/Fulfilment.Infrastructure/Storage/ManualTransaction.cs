using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The statements of a person's work on a unit.</summary>
internal sealed class ManualTransaction(DbConnection connection, ICardKeyClaims claims, IOrderEffectsWriter effects, SqlDialect dialect, ISupplierVault vault)
    : FulfilmentTransaction(connection, claims, effects, dialect), IManualTransaction
{
    public async ValueTask<FoundUnit?> FindUnitAsync(long unitId) =>
        await UnitOrders.FindAsync(Connection, unitId).ConfigureAwait(false) is { } orderId ? await FindUnitAsync(orderId, unitId).ConfigureAwait(false) : null;

    public async ValueTask<UnitLease?> FindLeaseAsync(long unitId) => (await Connection.QuerySingleOrDefaultAsync<LeaseRow>(
        "SELECT taken_by AS TakenBy, taken_until AS TakenUntil FROM unit_leases WHERE unit_id = @unitId", new { unitId }).ConfigureAwait(false))?.ToLease();

    public async ValueTask LeaseAsync(long unitId, UnitLease lease)
    {
        var row = new { unitId, lease.TakenBy, lease.UntilMs };
        if (await Connection.ExecuteAsync("UPDATE unit_leases SET taken_by = @TakenBy, taken_until = @UntilMs WHERE unit_id = @unitId", row).ConfigureAwait(false) == 0)
        {
            await Connection.ExecuteAsync("INSERT INTO unit_leases (unit_id, taken_by, taken_until) VALUES (@unitId, @TakenBy, @UntilMs)", row).ConfigureAwait(false);
        }
    }

    public async ValueTask ReleaseAsync(long unitId) =>
        await Connection.ExecuteAsync("DELETE FROM unit_leases WHERE unit_id = @unitId", new { unitId }).ConfigureAwait(false);

    public async ValueTask AddDecisionAsync(UnitDecision decision) => Expect(1, await UnitDecisionRows.AddAsync(Connection, vault, decision).ConfigureAwait(false));

    public async ValueTask<UnitDecision?> FindDecisionAsync(long decisionId) => await UnitDecisionRows.FindAsync(Connection, vault, decisionId).ConfigureAwait(false);

    public async ValueTask<bool> HasPendingDecisionAsync(long unitId) => await Connection.ExecuteScalarAsync<long>(
        "SELECT count(*) FROM unit_decisions WHERE unit_id = @unitId AND status = 10", new { unitId }).ConfigureAwait(false) > 0;

    public async ValueTask EndDecisionAsync(UnitDecision ended) => Expect(1, await UnitDecisionRows.EndAsync(Connection, vault, ended).ConfigureAwait(false));

    public async ValueTask<Attempt?> FindOpenAttemptAsync(long unitId) => (await Connection.QuerySingleOrDefaultAsync<AttemptRow>(
        $"SELECT {AttemptRow.Columns} FROM attempts AS a WHERE a.unit_id = @unitId AND a.state < 20", new { unitId }).ConfigureAwait(false))?.ToAttempt();

    public async ValueTask<UnitFailure?> FindFailureAsync(FoundUnit unit) => (UnitFailure?)await Connection.ExecuteScalarAsync<long?>(
        "SELECT failure FROM units WHERE order_id = @OrderId AND id = @Id", new { unit.OrderId, unit.Id }).ConfigureAwait(false);

    public async ValueTask AddAttemptAsync(Attempt attempt) => await Connection.ExecuteAsync(
        """
        INSERT INTO attempts (id, order_id, unit_id, supplier_id, supplier_sku, state, unit_cost, currency, send_before, reason, decided_at)
        VALUES (@Id, @OrderId, @UnitId, @SupplierId, @SupplierSku, @State, @cost, @Currency, @SendBeforeMs, @Reason, @DecidedAtMs)
        """,
        new
        {
            attempt.Id, attempt.OrderId, attempt.UnitId, attempt.SupplierId, attempt.SupplierSku, attempt.State, cost = attempt.UnitCost.TenThousandths,
            attempt.Currency, attempt.SendBeforeMs, attempt.Reason, attempt.DecidedAtMs,
        }).ConfigureAwait(false);

    public async ValueTask ReopenUnitAsync(FoundUnit unit, OpenOrder order, long dueAtMs)
    {
        Expect(1, await Connection.ExecuteAsync(
            "UPDATE units SET state = @pending, failure = NULL, due_at = @dueAtMs, waits_since = @dueAtMs WHERE order_id = @OrderId AND id = @Id AND state = @failed",
            new { pending = UnitState.Pending, dueAtMs, unit.OrderId, unit.Id, failed = UnitState.Failed }).ConfigureAwait(false));
        Expect(1, await Connection.ExecuteAsync(
            "UPDATE order_lines SET status = @processing WHERE order_id = @OrderId AND id = @LineId",
            new { processing = OrderStatus.Processing, unit.OrderId, unit.LineId }).ConfigureAwait(false));
        Expect(1, await Connection.ExecuteAsync(
            "UPDATE orders SET open_units = open_units + 1, version = version + 1 WHERE id = @Id AND version = @Version AND status = @processing",
            new { order.Id, order.Version, processing = OrderStatus.Processing }).ConfigureAwait(false));
        if (unit.Price > Money.Zero)
        {
            Expect(1, await Connection.ExecuteAsync(
                "UPDATE holds SET settled = settled - @price WHERE order_id = @Id AND state = @open AND settled >= @price",
                new { price = unit.Price.TenThousandths, order.Id, open = HoldState.Open }).ConfigureAwait(false));
        }
    }

    public async ValueTask WaitAnewAsync(long orderId, long unitId, long sinceMs) => Expect(1, await Connection.ExecuteAsync(
        "UPDATE units SET waits_since = @sinceMs WHERE order_id = @orderId AND id = @unitId AND state = @pending",
        new { sinceMs, orderId, unitId, pending = UnitState.Pending }).ConfigureAwait(false));

    private sealed record LeaseRow(string TakenBy, long TakenUntil)
    {
        public UnitLease ToLease() => new(TakenBy, TakenUntil);
    }
}
