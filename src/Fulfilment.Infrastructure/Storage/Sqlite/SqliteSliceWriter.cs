using System.Buffers.Binary;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.Ledger;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Stores slices of an import: a few microseconds a row, which is why its statements are compiled once. Used on the writer's thread alone.</summary>
internal sealed class SqliteSliceWriter(SqliteConnection connection) : IDisposable
{
    // No row: another upload took the batch over, it was recalled or rejected, or this slice does not follow on what is stored.
    private readonly SqliteStatement _advance = new(connection, """
        UPDATE batches SET processed = processed + ?1, content_hash = ?2, importing_until = ?3
        WHERE id = ?4 AND importer = ?5 AND processed = ?6 AND status IN (10, 11) AND completed_at IS NULL
        RETURNING approved
        """);

    private readonly SqliteStatement _fingerprint = new(connection, "INSERT OR IGNORE INTO code_fingerprints (fingerprint, card_key_id) VALUES (?1, ?2)");

    private readonly SqliteStatement _cardKey = new(connection, """
        INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, number_hash, code) VALUES (?1, ?2, ?3, 10, ?4, ?5, ?6, ?7)
        """);

    private readonly SqliteStatement _error = new(connection, "INSERT INTO batch_errors (batch_id, line, reason) VALUES (?1, ?2, ?3)");

    private readonly SqliteStatement _count = new(connection, """
        UPDATE batches SET accepted = accepted + ?1, duplicate = duplicate + ?2, rejected = rejected + ?3 WHERE id = ?4
        """);

    private readonly SqliteStatement _stock = new(connection, """
        INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired) VALUES (?1, ?2, ?3, 0, 0, 0, 0, 0)
        ON CONFLICT (batch_id, node) DO UPDATE SET available = available + excluded.available
        """);

    private readonly SqliteStatement _purchase = new(connection, """
        INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL)
        """);

    private readonly SqliteStatement _announce = new(connection, "UPDATE change_counters SET value = value + 1 WHERE name = 'stock'");

    // Reused: which keys of the slice turned out to be new.
    private bool[] _isNew = [];

    public SliceCounts? Write(Batch batch, BatchSlice slice, ImportLease lease)
    {
        _advance.Bind(1, slice.RowCount).Bind(2, slice.ContentHash.Span).Bind(3, lease.UntilMs);
        if (!_advance.Bind(4, batch.Id).Bind(5, lease.Importer).Bind(6, slice.Start).Step())
        {
            _advance.Reset();
            return null;
        }

        // Asked here and not when the upload began: it may have been approved since.
        var isApproved = _advance.Int32(0) != 0;
        _advance.Reset();

        var accepted = WriteFingerprints(slice);
        WriteCardKeys(batch, slice);
        WriteErrors(batch, slice);

        var counts = new SliceCounts(accepted, slice.Keys.Length - accepted, slice.Rejected.Length);
        _count.Bind(1, counts.Accepted).Bind(2, counts.Duplicate).Bind(3, counts.Rejected).Bind(4, batch.Id).Execute();
        if (accepted > 0)
        {
            _stock.Bind(1, batch.Id).Bind(2, slice.Node).Bind(3, accepted).Execute();
            if (isApproved)
            {
                WritePurchase(batch, slice, accepted);
            }
        }

        if (slice.AnnouncesStock)
        {
            _announce.Execute();
        }

        return counts;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_advance, _fingerprint, _cardKey, _error, _count, _stock, _purchase, _announce])
        {
            statement.Dispose();
        }
    }

    private int WriteFingerprints(BatchSlice slice)
    {
        if (_isNew.Length < slice.Keys.Length)
        {
            _isNew = new bool[slice.Keys.Length];
        }

        var accepted = 0;
        Span<byte> fingerprint = stackalloc byte[ICodeProtection.HashSize];
        foreach (ref readonly var place in slice.Order)
        {
            BinaryPrimitives.WriteUInt128BigEndian(fingerprint, place.Fingerprint);
            var isNew = _fingerprint.Bind(1, fingerprint).Bind(2, slice.Keys[place.Index].Id).Execute() == 1;
            _isNew[place.Index] = isNew;
            accepted += isNew ? 1 : 0;
        }

        return accepted;
    }

    private void WriteCardKeys(Batch batch, BatchSlice slice)
    {
        Span<byte> hash = stackalloc byte[ICodeProtection.HashSize];
        _cardKey.Bind(2, batch.Details.SkuId).Bind(3, batch.Id);
        for (var i = 0; i < slice.Keys.Length; i++)
        {
            ref readonly var key = ref slice.Keys[i];
            if (!_isNew[i])
            {
                continue;
            }

            BinaryPrimitives.WriteUInt128BigEndian(hash, key.Fingerprint);
            _cardKey.Bind(1, key.Id).Bind(4, key.ExpiresOn).Bind(5, hash);
            if (key.NumberHash is { } number)
            {
                BinaryPrimitives.WriteUInt128BigEndian(hash, number);
                _cardKey.Bind(6, hash);
            }
            else
            {
                _cardKey.Bind(6, (long?)null);
            }

            _cardKey.Bind(7, key.Code).Execute();
        }
    }

    private void WriteErrors(Batch batch, BatchSlice slice)
    {
        foreach (ref readonly var row in slice.Rejected)
        {
            _error.Bind(1, batch.Id).Bind(2, row.Line).Bind(3, row.Reason.Number).Execute();
        }

        for (var i = 0; i < slice.Keys.Length; i++)
        {
            if (!_isNew[i])
            {
                _error.Bind(1, batch.Id).Bind(2, slice.Keys[i].Line).Bind(3, RowReason.Duplicate.Number).Execute();
            }
        }
    }

    private void WritePurchase(Batch batch, BatchSlice slice, int accepted)
    {
        var cost = batch.Details.UnitCost * accepted;
        if (cost.TenThousandths == 0 || batch.Details.Terms == BatchTerms.Consigned)
        {
            return;
        }

        var (inventory, payable) = (Account.Inventory(batch.Id), Account.Payable(batch.Id));
        _purchase.Bind(1, slice.TransferId).Bind(2, (long)TransferKind.Purchase)
            .Bind(3, (long)inventory.Kind).Bind(4, inventory.Subject)
            .Bind(5, (long)payable.Kind).Bind(6, payable.Subject)
            .Bind(7, cost.TenThousandths).Bind(8, batch.Details.Currency).Execute();
    }
}
