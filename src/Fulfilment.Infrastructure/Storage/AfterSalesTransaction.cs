using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// The statements of an after-sales transaction. What was read here stays true until the transaction ends, because SQLite has one writer and the
/// transaction is serializable elsewhere; the guards and the unique index over units in cases say so once more.
/// </summary>
internal sealed class AfterSalesTransaction(DbConnection connection, ICardKeyClaims claims, IOrderEffectsWriter effects) : IAfterSalesTransaction
{
    public async ValueTask<KnownRequest?> FindRequestAsync(string owner, string idempotencyKey)
    {
        var row = await connection.QuerySingleOrDefaultAsync<RequestRow>(
            """
            SELECT operation AS Operation, request_hash AS Hash, result_id AS ResultId FROM idempotency_keys WHERE owner = @owner AND "key" = @idempotencyKey
            """,
            new { owner, idempotencyKey }).ConfigureAwait(false);
        return row is null ? null : new KnownRequest(row.Operation, row.Hash, row.ResultId);
    }

    public async ValueTask<AfterSalesCase?> FindCaseAsync(long caseId) => await AfterSalesRows.FindAsync(connection, caseId).ConfigureAwait(false);

    public async ValueTask<AfterSalesFacts?> ReadAsync(long orderId, int custodyDay, int node)
    {
        if (await OrderStore.ReadAsync(connection, orderId).ConfigureAwait(false) is not { } order)
        {
            return null;
        }

        var wallet = await effects.ReadWalletAsync(new WalletKey(order.StorefrontId, order.Currency)).ConfigureAwait(false);
        var terms = await connection.QuerySingleAsync<(long Settlement, long? CreditLimit)>(
            "SELECT settlement, credit_limit FROM storefronts WHERE id = @StorefrontId", new { order.StorefrontId }).ConfigureAwait(false);
        var inCases = await connection.QueryAsync<long>(
            """
            SELECT a.unit_id FROM after_sales_cases AS c JOIN after_sales_units AS a ON a.case_id = c.id
            WHERE c.order_id = @orderId AND a.counts = 1
            """,
            new { orderId }).ConfigureAwait(false);
        return new AfterSalesFacts(
            order,
            new PaymentTerms((Settlement)terms.Settlement, terms.CreditLimit is { } limit ? new Money(limit) : null),
            wallet,
            inCases.ToHashSet(),
            await effects.ReadDayAsync(custodyDay, node).ConfigureAwait(false));
    }

    public async ValueTask<int> CountAutomaticAsync(long storefrontId, long skuId, int day) => await connection.ExecuteScalarAsync<int>(
        "SELECT count(*) FROM after_sales_units WHERE storefront_id = @storefrontId AND sku_id = @skuId AND automatic_day = @day",
        new { storefrontId, skuId, day }).ConfigureAwait(false);

    public ValueTask<bool> ClaimAsync(IReadOnlyList<PartClaim> parts) => claims.TryDeliverAsync(parts);

    public async ValueTask OpenAsync(AfterSalesCase opened, string idempotencyKey, KnownRequest request)
    {
        await connection.ExecuteAsync(
            """
            INSERT INTO idempotency_keys (owner, "key", operation, request_hash, result_id) VALUES (@RequestedBy, @idempotencyKey, @Operation, @Hash, @CaseId)
            """,
            new { opened.RequestedBy, idempotencyKey, request.Operation, request.Hash, request.CaseId }).ConfigureAwait(false);
        await connection.ExecuteAsync(
            """
            INSERT INTO after_sales_cases (id, storefront_id, order_id, kind, status, reason, requested_by)
            VALUES (@Id, @StorefrontId, @OrderId, @Kind, @Status, @Reason, @RequestedBy)
            """,
            new { opened.Id, opened.StorefrontId, opened.OrderId, opened.Kind, opened.Status, opened.Reason, opened.RequestedBy }).ConfigureAwait(false);
        await connection.ExecuteAsync(
            """
            INSERT INTO after_sales_units (case_id, unit_id, storefront_id, sku_id, counts, automatic_day)
            VALUES (@Id, @UnitId, @StorefrontId, @SkuId, 1, @AutomaticDay)
            """,
            opened.Units.Select(unit => new { opened.Id, unit.UnitId, opened.StorefrontId, unit.SkuId, unit.AutomaticDay })).ConfigureAwait(false);
    }

    public async ValueTask CompleteAsync(CompletedCase completed)
    {
        var (done, order) = (completed.Case, completed.Order);
        await DecideAsync(done).ConfigureAwait(false);
        Expect(1, await connection.ExecuteAsync(
            "UPDATE orders SET status = @Status, version = version + 1 WHERE id = @Id AND version = @Version",
            new { completed.Status, order.Id, order.Version }).ConfigureAwait(false));
        foreach (var (lineId, status) in completed.Lines)
        {
            Expect(1, await connection.ExecuteAsync(
                "UPDATE order_lines SET status = @status WHERE order_id = @Id AND id = @lineId", new { status, order.Id, lineId }).ConfigureAwait(false));
        }

        await ExchangeUnitsAsync(completed).ConfigureAwait(false);

        // A card may have been reported as bad before its unit was given back.
        await connection.ExecuteAsync(
            """
            INSERT INTO card_key_flags (card_key_id, flag, id, case_id, actor, reason)
            SELECT @CardKeyId, @Kind, @Id, @CaseId, @Actor, @Reason
            WHERE NOT EXISTS (SELECT 1 FROM card_key_flags WHERE card_key_id = @CardKeyId AND flag = @Kind)
            """,
            completed.Flags.Select(flag => new { flag.CardKeyId, flag.Kind, flag.Id, flag.CaseId, flag.Actor, flag.Reason })).ConfigureAwait(false);
        await effects.WriteAsync(completed.Effects).ConfigureAwait(false);
    }

    public async ValueTask RejectAsync(AfterSalesCase rejected)
    {
        await DecideAsync(rejected).ConfigureAwait(false);
        await connection.ExecuteAsync("UPDATE after_sales_units SET counts = 0 WHERE case_id = @Id", new { rejected.Id }).ConfigureAwait(false);
    }

    public async ValueTask RecordAsync(AuditEntry entry) => await AuditStore.AppendAsync(connection, entry).ConfigureAwait(false);

    private async Task ExchangeUnitsAsync(CompletedCase completed)
    {
        var done = completed.Case;
        Expect(done.Units.Count, await connection.ExecuteAsync(
            "UPDATE units SET state = @Units WHERE order_id = @OrderId AND id = @UnitId AND state = @delivered",
            done.Units.Select(unit => new { completed.Units, done.OrderId, unit.UnitId, delivered = UnitState.Delivered })).ConfigureAwait(false));
        await connection.ExecuteAsync(
            """
            INSERT INTO units (order_id, id, line_id, state, card_key_id, delivered_at, replaces_unit_id, sku_id, price)
            SELECT @OrderId, @Id, @LineId, @delivered, @CardKeyId, @DecidedAtMs, u.id, u.sku_id, u.price
            FROM units AS u WHERE u.order_id = @OrderId AND u.id = @replacedId
            """,
            completed.NewUnits.Select(unit => new
            {
                done.OrderId, unit.Id, unit.LineId, delivered = UnitState.Delivered, unit.CardKeyId, done.DecidedAtMs, replacedId = unit.Replaced.Id,
            })).ConfigureAwait(false);
        Expect(done.Units.Count, await connection.ExecuteAsync(
            "UPDATE after_sales_units SET new_unit_id = @NewUnitId, refunded = @refunded WHERE case_id = @Id AND unit_id = @UnitId",
            done.Units.Select(unit => new { done.Id, unit.UnitId, unit.NewUnitId, refunded = unit.Refunded?.TenThousandths })).ConfigureAwait(false));
    }

    private async Task DecideAsync(AfterSalesCase decided) => Expect(1, await connection.ExecuteAsync(
        """
        UPDATE after_sales_cases SET status = @Status, decided_at = @DecidedAtMs, decided_by = @DecidedBy, decision_reason = @DecisionReason
        WHERE id = @Id AND status = @pending
        """,
        new { decided.Status, decided.DecidedAtMs, decided.DecidedBy, decided.DecisionReason, decided.Id, pending = AfterSalesStatus.PendingApproval }).ConfigureAwait(false));

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
