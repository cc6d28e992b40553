using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>
/// The statements of an after-sales transaction. Every call completes before it returns. SQLite has one writer, so what was read here stays true until the
/// transaction ends; the guards and the unique index over units in cases say so once more.
/// </summary>
internal sealed class SqliteAfterSalesTransaction(SqliteConnection connection) : IAfterSalesTransaction, IDisposable
{
    private readonly SqliteCardKeyClaims _claims = new(connection);
    private readonly SqliteOrderEffects _effects = new(connection);

    public ValueTask<KnownRequest?> FindRequestAsync(string owner, string idempotencyKey)
    {
        var row = connection.QuerySingleOrDefault<RequestRow>(
            "SELECT operation AS Operation, request_hash AS Hash, result_id AS ResultId FROM idempotency_keys WHERE owner = @owner AND key = @idempotencyKey",
            new { owner, idempotencyKey });
        return ValueTask.FromResult(row is null ? null : new KnownRequest(row.Operation, row.Hash, row.ResultId));
    }

    public async ValueTask<AfterSalesCase?> FindCaseAsync(long caseId) => await AfterSalesRows.FindAsync(connection, caseId).ConfigureAwait(false);

    public async ValueTask<AfterSalesFacts?> ReadAsync(long orderId, int custodyDay, int node)
    {
        if (await OrderStore.ReadAsync(connection, orderId).ConfigureAwait(false) is not { } order)
        {
            return null;
        }

        var wallet = connection.QuerySingleOrDefault<(long Balance, long Held)>(
            "SELECT balance, held FROM wallets WHERE storefront_id = @StorefrontId AND currency = @Currency", new { order.StorefrontId, order.Currency });
        var terms = connection.QuerySingle<(long Settlement, long? CreditLimit)>(
            "SELECT settlement, credit_limit FROM storefronts WHERE id = @StorefrontId", new { order.StorefrontId });
        var inCases = connection.Query<long>(
            """
            SELECT a.unit_id FROM after_sales_cases AS c JOIN after_sales_units AS a ON a.case_id = c.id
            WHERE c.order_id = @orderId AND a.counts = 1
            """,
            new { orderId });
        return new AfterSalesFacts(
            order,
            new PaymentTerms((Settlement)terms.Settlement, terms.CreditLimit is { } limit ? new Money(limit) : null),
            new WalletBalance(new Money(wallet.Balance), new Money(wallet.Held)),
            inCases.ToHashSet(),
            _effects.ReadDay(custodyDay, node));
    }

    public ValueTask<int> CountAutomaticAsync(long storefrontId, long skuId, int day) => ValueTask.FromResult(connection.ExecuteScalar<int>(
        "SELECT count(*) FROM after_sales_units WHERE storefront_id = @storefrontId AND sku_id = @skuId AND automatic_day = @day", new { storefrontId, skuId, day }));

    public ValueTask<bool> ClaimAsync(IReadOnlyList<LineClaim> lines) => ValueTask.FromResult(_claims.TryDeliver(lines));

    public ValueTask OpenAsync(AfterSalesCase opened, string idempotencyKey, KnownRequest request)
    {
        connection.Execute(
            "INSERT INTO idempotency_keys (owner, key, operation, request_hash, result_id) VALUES (@RequestedBy, @idempotencyKey, @Operation, @Hash, @CaseId)",
            new { opened.RequestedBy, idempotencyKey, request.Operation, request.Hash, request.CaseId });
        connection.Execute(
            """
            INSERT INTO after_sales_cases (id, storefront_id, order_id, kind, status, reason, requested_by)
            VALUES (@Id, @StorefrontId, @OrderId, @Kind, @Status, @Reason, @RequestedBy)
            """,
            new { opened.Id, opened.StorefrontId, opened.OrderId, opened.Kind, opened.Status, opened.Reason, opened.RequestedBy });
        connection.Execute(
            """
            INSERT INTO after_sales_units (case_id, unit_id, storefront_id, sku_id, counts, automatic_day)
            VALUES (@Id, @UnitId, @StorefrontId, @SkuId, 1, @AutomaticDay)
            """,
            opened.Units.Select(unit => new { opened.Id, unit.UnitId, opened.StorefrontId, unit.SkuId, unit.AutomaticDay }));
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CompletedCase completed)
    {
        var (done, order) = (completed.Case, completed.Order);
        Decide(done);
        Expect(1, connection.Execute(
            "UPDATE orders SET status = @Status, version = version + 1 WHERE id = @Id AND version = @Version",
            new { completed.Status, order.Id, order.Version }));
        foreach (var (lineId, status) in completed.Lines)
        {
            Expect(1, connection.Execute("UPDATE order_lines SET status = @status WHERE order_id = @Id AND id = @lineId", new { status, order.Id, lineId }));
        }

        Expect(done.Units.Count, connection.Execute(
            "UPDATE units SET state = @Units WHERE order_id = @OrderId AND id = @UnitId AND state = @delivered",
            done.Units.Select(unit => new { completed.Units, done.OrderId, unit.UnitId, delivered = UnitState.Delivered })));
        connection.Execute(
            """
            INSERT INTO units (order_id, id, line_id, state, card_key_id, delivered_at, replaces_unit_id)
            VALUES (@OrderId, @Id, @LineId, @delivered, @CardKeyId, @DecidedAtMs, @ReplacesUnitId)
            """,
            completed.NewUnits.Select(unit => new
            {
                done.OrderId, unit.Id, unit.LineId, delivered = UnitState.Delivered, unit.CardKeyId, done.DecidedAtMs, unit.ReplacesUnitId,
            }));
        Expect(done.Units.Count, connection.Execute(
            "UPDATE after_sales_units SET new_unit_id = @NewUnitId, refunded = @refunded WHERE case_id = @Id AND unit_id = @UnitId",
            done.Units.Select(unit => new { done.Id, unit.UnitId, unit.NewUnitId, refunded = unit.Refunded?.TenThousandths })));

        // A card may have been reported as bad before its unit was given back.
        connection.Execute(
            """
            INSERT INTO card_key_flags (card_key_id, flag, id, case_id, actor, reason) VALUES (@CardKeyId, @Kind, @Id, @CaseId, @Actor, @Reason)
            ON CONFLICT (card_key_id, flag) DO NOTHING
            """,
            completed.Flags.Select(flag => new { flag.CardKeyId, flag.Kind, flag.Id, flag.CaseId, flag.Actor, flag.Reason }));
        _effects.Write(completed.Effects);
        return ValueTask.CompletedTask;
    }

    public ValueTask RejectAsync(AfterSalesCase rejected)
    {
        Decide(rejected);
        connection.Execute("UPDATE after_sales_units SET counts = 0 WHERE case_id = @Id", new { rejected.Id });
        return ValueTask.CompletedTask;
    }

    public async ValueTask RecordAsync(AuditEntry entry) => await AuditStore.AppendAsync(connection, entry).ConfigureAwait(false);

    public void Dispose()
    {
        _claims.Dispose();
        _effects.Dispose();
    }

    private void Decide(AfterSalesCase decided) => Expect(1, connection.Execute(
        """
        UPDATE after_sales_cases SET status = @Status, decided_at = @DecidedAtMs, decided_by = @DecidedBy, decision_reason = @DecisionReason
        WHERE id = @Id AND status = @pending
        """,
        new { decided.Status, decided.DecidedAtMs, decided.DecidedBy, decided.DecisionReason, decided.Id, pending = AfterSalesStatus.PendingApproval }));

    // What was read in this transaction cannot have changed, so another count is a broken record: nothing of the case may remain.
    private static void Expect(int rows, int changed)
    {
        if (changed != rows)
        {
            throw new InvalidOperationException($"The rows of an after-sales case do not agree: {changed} changed instead of {rows}.");
        }
    }

    private sealed record RequestRow(string Operation, byte[] Hash, long ResultId);
}
