using System.Data.Common;
using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Webhooks;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Imports in the table <c>batches</c>; how the rows of a slice are stored is each engine's own.</summary>
public abstract class BatchStore(IDatabase database) : IBatchStore
{
    /// <inheritdoc/>
    public Task<BatchClaim> ClaimAsync(Batch batch, ImportLease lease)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return database.WriteAsync(async connection =>
        {
            var row = BatchRow.From(batch);

            // While batches of a restore wait for their release, this may be a file that was imported, and sold from, after the backup: it waits with them. Rejected (21) and recalled (22) ones wait for nothing.
            await connection.ExecuteAsync("""
                INSERT INTO batches (id, sku_id, status, supplier, purchase_reference, unit_cost, currency, default_expires_on, terms, approved, owner, idempotency_key,
                                     content_hash, importer, importing_until, processed, accepted, duplicate, rejected, frozen, restored_at)
                SELECT @Id, @SkuId, @Status, @Supplier, @PurchaseReference, @UnitCost, @Currency, @DefaultExpiresOn, @Terms, @Approved, @Owner, @IdempotencyKey,
                       @ContentHash, 0, 0, 0, 0, 0, 0, CASE WHEN waiting.since IS NULL THEN 0 ELSE 1 END, waiting.since
                FROM (SELECT max(restored_at) AS since FROM batches WHERE restored_at IS NOT NULL AND status NOT IN (21, 22)) AS waiting
                WHERE NOT EXISTS (SELECT 1 FROM batches WHERE owner = @Owner AND idempotency_key = @IdempotencyKey)
                """, row).ConfigureAwait(false);

            var stored = (await connection.QuerySingleAsync<BatchRow>(
                $"SELECT {BatchRow.Columns} FROM batches WHERE owner = @Owner AND idempotency_key = @IdempotencyKey", row).ConfigureAwait(false)).ToBatch();
            if (stored.Details != batch.Details)
            {
                return new BatchClaim(stored, Claimed: false);
            }

            var claimed = await connection.ExecuteAsync(
                "UPDATE batches SET importer = @Importer, importing_until = @UntilMs WHERE id = @Id AND status IN (@importing, @awaiting) AND completed_at IS NULL AND importing_until <= @NowMs",
                new { stored.Id, importing = BatchStatus.Importing, awaiting = BatchStatus.AwaitingApproval, lease.Importer, lease.UntilMs, lease.NowMs }).ConfigureAwait(false);
            return new BatchClaim(stored, claimed == 1);
        });
    }

    /// <inheritdoc/>
    public abstract Task<SliceCounts?> AppendAsync(Batch batch, BatchSlice slice, ImportLease lease, Action taken);

    /// <inheritdoc/>
    public Task<Batch?> CompleteAsync(long batchId, ImportLease lease, long processed, DateTimeOffset at, long eventId) => database.WriteAsync<Batch?>(async connection =>
    {
        var completed = await connection.ExecuteAsync(
            """
            UPDATE batches SET status = CASE status WHEN @importing THEN @completed ELSE status END, completed_at = @at, importing_until = 0
            WHERE id = @batchId AND importer = @Importer AND processed = @processed AND status IN (@importing, @awaiting) AND completed_at IS NULL
            """,
            new
            {
                batchId,
                lease.Importer,
                processed,
                at = at.ToUnixTimeMilliseconds(),
                completed = BatchStatus.Completed,
                importing = BatchStatus.Importing,
                awaiting = BatchStatus.AwaitingApproval,
            }).ConfigureAwait(false);
        if (completed == 0)
        {
            return null;
        }

        await connection.ExecuteAsync("UPDATE change_counters SET value = value + 1 WHERE name = 'stock'").ConfigureAwait(false);
        var batch = (await connection.QuerySingleAsync<BatchRow>($"SELECT {BatchRow.Columns} FROM batches WHERE id = @batchId", new { batchId }).ConfigureAwait(false)).ToBatch();
        if (batch.Status == BatchStatus.Completed)
        {
            await StorefrontEvents.AddAsync(connection, eventId, batch, WebhookEvent.BatchCompleted).ConfigureAwait(false);
        }

        return batch;
    });

    /// <inheritdoc/>
    public Task ReleaseAsync(long batchId, ImportLease lease) => database.WriteAsync(connection => connection.ExecuteAsync(
        "UPDATE batches SET importing_until = 0 WHERE id = @batchId AND importer = @Importer AND completed_at IS NULL",
        new { batchId, lease.Importer }));

    /// <summary>A slice may have waited long since it was encrypted. Once a key is being retired, what names it is stored no more: nobody could open it.</summary>
    protected static void RefuseRetiredKeys(DbConnection connection, BatchSlice slice)
    {
        var retired = connection.Query<long>("SELECT id FROM encryption_keys WHERE retired_at IS NOT NULL").AsList();
        if (retired.Count == 0)
        {
            return;
        }

        foreach (var id in KeysOf(slice))
        {
            if (retired.Contains(id))
            {
                throw Retired(id);
            }
        }
    }

    /// <summary>The encryption keys that the slice's codes name.</summary>
    internal static IReadOnlyCollection<long> KeysOf(BatchSlice slice)
    {
        var ids = new SortedSet<long>();
        foreach (ref readonly var key in slice.Keys)
        {
            if (AuthenticatedBox.KeyIdOf(key.Code) is { } id)
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    /// <summary>What an import ends with whose rows name a key that has been retired since they were encrypted.</summary>
    internal static InvalidOperationException Retired(long key) => new($"Rows were encrypted with key {key}, which has been retired since. Send the upload again.");
}
