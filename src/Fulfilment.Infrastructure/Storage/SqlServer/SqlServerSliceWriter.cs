using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.Ledger;
using Microsoft.Data.SqlClient;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Stores a slice of an import in five round trips, however many rows it has: one makes a table of the connection's own, three copy the slice into it, and one
/// is the transaction. Nothing but the last takes a lock that anybody waits for.
/// </summary>
internal static class SqlServerSliceWriter
{
    /// <summary>Of the first round trip. A table of this name goes with its connection, or with the next slice.</summary>
    internal const string MakeSlice = """
        IF OBJECT_ID(N'tempdb..#slice') IS NOT NULL DROP TABLE #slice;
        CREATE TABLE #slice (
            line        BIGINT NOT NULL,
            reason      BIGINT NOT NULL,
            card_key_id BIGINT NULL,
            expires_on  BIGINT NULL,
            fingerprint BINARY(16) NULL,
            number_hash BINARY(16) NULL,
            code        VARBINARY(8000) NULL
        );
        """;

    // A row whose code is known, or stands further up in the slice, has no fingerprint of its own in the end, and is an error. Another import that stores one
    // of the codes now is waited for at its fingerprint and then met as 2627: XACT_ABORT undoes all of this, and it is run again. Fingerprints go in by their
    // order, so that two imports with the same codes wait for each other in the same order too. The guard on the keys comes last: whoever retires a key waits
    // for this commit, or this finds it retired.
    internal const string Store = """
        SET XACT_ABORT ON;
        DECLARE @accepted BIGINT = 0, @retired BIGINT = NULL, @rejected BIGINT = 0, @duplicates BIGINT = 0, @approved BIGINT = 0;
        BEGIN TRANSACTION;

        UPDATE batches SET processed = processed + @rows, content_hash = @contentHash, importing_until = @until
        WHERE id = @batch AND importer = @importer AND processed = @start AND status IN (10, 11) AND completed_at IS NULL;
        IF @@ROWCOUNT = 0
        BEGIN
            ROLLBACK TRANSACTION;
            SELECT CAST(NULL AS bigint) AS accepted, CAST(NULL AS bigint) AS retired;
            RETURN;
        END;

        INSERT INTO code_fingerprints (fingerprint, card_key_id)
        SELECT s.fingerprint, min(s.card_key_id)
        FROM #slice AS s
        WHERE s.card_key_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM code_fingerprints AS f WHERE f.fingerprint = s.fingerprint)
        GROUP BY s.fingerprint
        ORDER BY s.fingerprint;

        INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, number_hash, code)
        SELECT s.card_key_id, @sku, @batch, 10, s.expires_on, s.fingerprint, s.number_hash, s.code
        FROM #slice AS s
        JOIN code_fingerprints AS f ON f.fingerprint = s.fingerprint AND f.card_key_id = s.card_key_id
        ORDER BY s.card_key_id;
        SET @accepted = @@ROWCOUNT;

        INSERT INTO batch_errors (batch_id, line, reason)
        SELECT @batch, s.line, s.reason
        FROM #slice AS s
        WHERE NOT EXISTS (SELECT 1 FROM code_fingerprints AS f WHERE f.fingerprint = s.fingerprint AND f.card_key_id = s.card_key_id);

        SELECT @rejected = count(*) FROM #slice WHERE card_key_id IS NULL;
        SET @duplicates = @rows - @rejected - @accepted;
        UPDATE batches SET accepted = accepted + @accepted, duplicate = duplicate + @duplicates, rejected = rejected + @rejected WHERE id = @batch;

        IF @accepted > 0
        BEGIN
            UPDATE batch_stock SET available = available + @accepted WHERE batch_id = @batch AND node = @node;
            IF @@ROWCOUNT = 0
                INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired) VALUES (@batch, @node, @accepted, 0, 0, 0, 0, 0);

            SELECT @approved = approved FROM batches WHERE id = @batch;
            IF @approved = 1 AND @cost > 0
                INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
                VALUES (@transfer, @purchase, @inventory, @batch, @payable, @batch, @cost * @accepted, @currency, NULL);
        END;

        IF @announces = 1
            UPDATE change_counters SET value = value + 1 WHERE name = N'stock';

        UPDATE encryption_keys SET retired_at = NULL WHERE retired_at IS NULL AND id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@keys));
        SELECT @retired = max(id) FROM encryption_keys WHERE retired_at IS NOT NULL AND id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@keys));
        IF @retired IS NULL
            COMMIT TRANSACTION;
        ELSE
            ROLLBACK TRANSACTION;
        SELECT @accepted AS accepted, @retired AS retired;
        """;

    // A slice of the usual size takes less than a second; this is for a server that has much else to do.
    private const int TimeoutSeconds = 120;

    /// <summary>Copies the slice into a table that only this connection sees. May be repeated.</summary>
    public static async Task CopyAsync(SqlConnection connection, BatchSlice slice)
    {
        await connection.ExecuteAsync(MakeSlice).ConfigureAwait(false);
        using var table = SqlServerSliceTable.Of(slice);
        using var copy = new SqlBulkCopy(connection) { DestinationTableName = "#slice", BulkCopyTimeout = TimeoutSeconds };
        await copy.WriteToServerAsync(table).ConfigureAwait(false);
    }

    /// <summary>The transaction. What it throws as an error of the server has been undone.</summary>
    /// <returns>Null: the batch is not in this import's hands any more, or the slice does not follow on what is stored.</returns>
    /// <exception cref="InvalidOperationException">A key that the rows are encrypted with has been retired.</exception>
    public static async Task<SliceCounts?> StoreAsync(SqlConnection connection, Batch batch, BatchSlice slice, ImportLease lease)
    {
        var (inventory, payable) = (Account.Inventory(batch.Id), Account.Payable(batch.Id));
        var (accepted, retired) = await connection.QuerySingleAsync<(long? Accepted, long? Retired)>(
            Store,
            new
            {
                rows = (long)slice.RowCount,
                contentHash = slice.ContentHash.ToArray(),
                until = lease.UntilMs,
                batch = batch.Id,
                importer = lease.Importer,
                start = slice.Start,
                sku = batch.Details.SkuId,
                node = (long)slice.Node,
                cost = batch.Details.Terms == BatchTerms.Consigned ? 0 : batch.Details.UnitCost.TenThousandths,
                transfer = slice.TransferId,
                purchase = TransferKind.Purchase,
                inventory = inventory.Kind,
                payable = payable.Kind,
                currency = batch.Details.Currency,
                announces = slice.AnnouncesStock,
                keys = StorageJson.Write(BatchStore.KeysOf(slice)),
            },
            commandTimeout: TimeoutSeconds).ConfigureAwait(false);
        if (retired is { } key)
        {
            throw BatchStore.Retired(key);
        }

        return accepted is { } count ? new SliceCounts((int)count, slice.Keys.Length - (int)count, slice.Rejected.Length) : null;
    }
}
