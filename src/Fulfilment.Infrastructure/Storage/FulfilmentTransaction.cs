using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The statements of a fulfilment transaction.</summary>
internal class FulfilmentTransaction(DbConnection connection, ICardKeyClaims claims, IOrderEffectsWriter effects, SqlDialect dialect)
    : OrderTransaction(connection, claims, effects), IFulfilmentTransaction
{
    // So many answers of one attempt are kept, and so many callbacks with a reference that we do not know.
    private const int MostAnswers = 20, MostStrays = 5;

    public async ValueTask<bool> BeginAsync(FoundUnit unit, Attempt attempt, long dueAtMs)
    {
        if (!await MoveUnitAsync(unit, UnitState.Processing, dueAtMs).ConfigureAwait(false))
        {
            return false;
        }

        await Connection.ExecuteAsync(
            """
            INSERT INTO attempts (id, order_id, unit_id, supplier_id, supplier_sku, state, unit_cost, currency, send_before)
            VALUES (@Id, @OrderId, @UnitId, @SupplierId, @SupplierSku, @State, @cost, @Currency, @SendBeforeMs)
            """,
            new
            {
                attempt.Id, attempt.OrderId, attempt.UnitId, attempt.SupplierId, attempt.SupplierSku, attempt.State, cost = attempt.UnitCost.TenThousandths,
                attempt.Currency, attempt.SendBeforeMs,
            }).ConfigureAwait(false);
        return true;
    }

    public async ValueTask<Attempt?> FindAttemptAsync(long attemptId) => (await Connection.QuerySingleOrDefaultAsync<AttemptRow>(
        $"SELECT {AttemptRow.Columns} FROM attempts AS a WHERE a.id = @attemptId", new { attemptId }).ConfigureAwait(false))?.ToAttempt();

    public async ValueTask ChangeAttemptAsync(Attempt before, Attempt after) => Expect(1, await Connection.ExecuteAsync(
        "UPDATE attempts SET state = @State, unit_cost = @cost, receipt = @Receipt, reason = @Reason, decided_at = @DecidedAtMs WHERE id = @Id AND state = @expected",
        new { after.State, cost = after.UnitCost.TenThousandths, after.Receipt, after.Reason, after.DecidedAtMs, before.Id, expected = before.State }).ConfigureAwait(false));

    public async ValueTask<bool> TakeQueryAsync(FoundUnit unit, long attemptId, long nowMs, long notAfterMs, long dueAtMs) =>
        await MoveUnitAsync(unit, unit.State, dueAtMs).ConfigureAwait(false)
        && await Connection.ExecuteAsync(
            """
            UPDATE attempts SET queried_at = @nowMs, queries = queries + 1
            WHERE id = @attemptId AND state IN (10, 11, 12) AND (queried_at IS NULL OR queried_at <= @notAfterMs)
            """,
            new { attemptId, nowMs, notAfterMs }).ConfigureAwait(false) == 1;

    public async ValueTask KeepAnswerAsync(KeptAnswer answer)
    {
        // Hardly any attempt has so many answers; a DELETE that finds nothing costs more than looking first.
        var behind = await Connection.ExecuteScalarAsync<long?>(
            $"""
            INSERT INTO supplier_answers (attempt_id, id, source, status, body) VALUES (@AttemptId, @Id, @Source, @Status, @Body);
            SELECT s.id FROM supplier_answers AS s WHERE s.attempt_id = @AttemptId ORDER BY s.id DESC {dialect.RowBehind("@most")}
            """,
            new { answer.AttemptId, answer.Id, answer.Source, answer.Status, answer.Body, most = MostAnswers }).ConfigureAwait(false);
        if (behind is not null)
        {
            await Connection.ExecuteAsync(
                "DELETE FROM supplier_answers WHERE attempt_id = @AttemptId AND id <= @behind", new { answer.AttemptId, behind }).ConfigureAwait(false);
        }
    }

    public async ValueTask<bool> KeepStrayAsync(long id, long supplierId, string reference, byte[] body) => await Connection.ExecuteAsync(
        """
        INSERT INTO stray_callbacks (id, supplier_id, reference, body)
        SELECT @id, @supplierId, @reference, @body
        WHERE (SELECT count(*) FROM stray_callbacks AS s WHERE s.supplier_id = @supplierId AND s.reference = @reference) < @most
        """,
        new { id, supplierId, reference, body, most = MostStrays }).ConfigureAwait(false) == 1;

    public async ValueTask<long?> FindCodeAsync(byte[] fingerprint) => await Connection.ExecuteScalarAsync<long?>(
        "SELECT card_key_id FROM code_fingerprints WHERE fingerprint = @fingerprint", new { fingerprint }).ConfigureAwait(false);

    public async ValueTask<long?> TakeBatchAsync(Batch batch)
    {
        var (row, completedAt) = (BatchRow.From(batch), batch.CompletedAt?.ToUnixTimeMilliseconds());
        await Connection.ExecuteAsync(
            """
            INSERT INTO batches (id, sku_id, status, supplier, unit_cost, currency, default_expires_on, terms, owner, idempotency_key, content_hash,
                                 processed, accepted, duplicate, rejected, completed_at)
            SELECT @Id, @SkuId, @Status, @Supplier, @UnitCost, @Currency, @DefaultExpiresOn, @Terms, @Owner, @IdempotencyKey, @ContentHash, 0, 0, 0, 0, @completedAt
            WHERE NOT EXISTS (SELECT 1 FROM batches AS b WHERE b.owner = @Owner AND b.idempotency_key = @IdempotencyKey)
            """,
            new
            {
                row.Id, row.SkuId, row.Status, row.Supplier, row.UnitCost, row.Currency, row.DefaultExpiresOn, row.Terms, row.Owner, row.IdempotencyKey,
                row.ContentHash, completedAt,
            }).ConfigureAwait(false);
        return await Connection.ExecuteScalarAsync<long?>(
            "SELECT id FROM batches WHERE owner = @Owner AND idempotency_key = @IdempotencyKey AND status = @completed",
            new { row.Owner, row.IdempotencyKey, completed = BatchStatus.Completed }).ConfigureAwait(false);
    }

    public async ValueTask AddKeyAsync(IssuedKey key)
    {
        var parameters = new
        {
            key.Id, key.SkuId, key.BatchId, delivered = CardKeyState.Delivered, key.ExpiresOn, key.Fingerprint, key.NumberHash, key.Code,
        };
        await Connection.ExecuteAsync("INSERT INTO code_fingerprints (fingerprint, card_key_id) VALUES (@Fingerprint, @Id)", parameters).ConfigureAwait(false);
        await Connection.ExecuteAsync(
            """
            INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, number_hash, code)
            VALUES (@Id, @SkuId, @BatchId, @delivered, @ExpiresOn, @Fingerprint, @NumberHash, @Code)
            """,
            parameters).ConfigureAwait(false);
        Expect(1, await Connection.ExecuteAsync(
            "UPDATE batches SET processed = processed + 1, accepted = accepted + 1 WHERE id = @BatchId", parameters).ConfigureAwait(false));
    }

    public async ValueTask<Money> SumDisputedAsync(long attemptId) => new(await Connection.ExecuteScalarAsync<long>(
        $"SELECT coalesce(sum(amount), 0) FROM discrepancies WHERE attempt_id = @attemptId AND {DiscrepancyStore.Disputed} AND (status < 20 OR outcome = 1)", new { attemptId }).ConfigureAwait(false));

    public async ValueTask<Money> SumTakenBackAsync(long attemptId) => new(await Connection.ExecuteScalarAsync<long>(
        "SELECT coalesce(sum(amount), 0) FROM discrepancies WHERE attempt_id = @attemptId AND kind = 5 AND status = 20 AND outcome = 2", new { attemptId }).ConfigureAwait(false));

    public async ValueTask<bool> ReportAsync(Discrepancy discrepancy, byte[] fingerprint) => await Connection.ExecuteAsync(
        """
        INSERT INTO discrepancies (id, kind, status, supplier_id, attempt_id, unit_id, amount, currency, detail, code, fingerprint)
        SELECT @Id, @Kind, @Status, @SupplierId, @AttemptId, @UnitId, @amount, @Currency, @Detail, @Code, @fingerprint
        WHERE NOT EXISTS (SELECT 1 FROM discrepancies AS d WHERE d.attempt_id = @AttemptId AND d.fingerprint = @fingerprint AND (d.kind = @Kind OR @hasCode = 1))
        """,
        new
        {
            discrepancy.Id, discrepancy.Kind, discrepancy.Status, discrepancy.SupplierId, discrepancy.AttemptId, discrepancy.UnitId,
            amount = discrepancy.Amount.TenThousandths, discrepancy.Currency, discrepancy.Detail, discrepancy.Code, fingerprint, hasCode = fingerprint.Length > 0 ? 1 : 0,
        }).ConfigureAwait(false) == 1;

    // What waits for a person is theirs to look at, however long it takes.
    public async ValueTask<int> CountOverdueAsync(long orderId, long beforeMs) => await Connection.ExecuteScalarAsync<int>(
        "SELECT count(*) FROM units WHERE order_id = @orderId AND state < @closed AND state <> @manual AND (due_at IS NULL OR due_at <= @beforeMs)",
        new { orderId, beforeMs, closed = UnitState.Delivered, manual = UnitState.Manual }).ConfigureAwait(false);

    public async ValueTask DeferOrderAsync(long orderId, long dueAtMs) => Expect(1, await Connection.ExecuteAsync(
        "UPDATE orders SET due_at = @dueAtMs WHERE id = @orderId AND status = @processing",
        new { orderId, dueAtMs, processing = OrderStatus.Processing }).ConfigureAwait(false));
}
