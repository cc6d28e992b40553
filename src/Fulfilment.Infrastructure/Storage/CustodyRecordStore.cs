using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads custody records from one snapshot of the database.</summary>
public sealed class CustodyRecordStore(IDatabase database) : ICustodyRecordStore
{
    /// <inheritdoc/>
    public Task ReadAsync(Func<ICustodyRecords, Task> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        return database.ReadSnapshotAsync(
            async connection =>
            {
                await work(new Records(connection, database.Dialect)).ConfigureAwait(false);
                return true;
            },
            cancellation);
    }

    // Whole tables are read, however long that takes.
    private const int NoTimeout = 0;

    private const string Columns = """
        SELECT k.id, k.sku_id, k.batch_id, k.state, k.expires_on, k.fingerprint, f.card_key_id, u.id, u.state,
               e.sequence, e.state, e.at, e.unit_id, e.seal
        FROM card_keys k
        LEFT JOIN custody_entries e ON e.card_key_id = k.id
        LEFT JOIN code_fingerprints f ON f.fingerprint = k.fingerprint
        LEFT JOIN units u ON u.card_key_id = k.id
        """;

    /// <summary>Each table in the order of its key, so that nothing is sorted, whatever the number of card keys.</summary>
    internal const string Keys = $"{Columns} ORDER BY k.id, e.sequence";

    /// <summary>Keys have no index by batch, which imports would have to write; but a batch's keys were made after it, and it has so many.</summary>
    internal const string KeysOfBatch = $"{Columns} WHERE k.id > @batchId AND k.id <= @last AND k.batch_id = @batchId ORDER BY k.id, e.sequence";

    private const string Counters = """
        SELECT b.id, b.accepted, coalesce(sum(s.available), 0), coalesce(sum(s.reserved), 0), coalesce(sum(s.frozen), 0),
               coalesce(sum(s.delivered), 0), coalesce(sum(s.voided), 0), coalesce(sum(s.expired), 0)
        FROM batches b
        LEFT JOIN batch_stock s ON s.batch_id = b.id
        """;

    private const string AllBatches = $"{Counters} GROUP BY b.id, b.accepted ORDER BY b.id";

    private const string OneBatch = $"{Counters} WHERE b.id = @batchId GROUP BY b.id, b.accepted";

    private static string LastKeyOfBatch(SqlDialect dialect) =>
        $"SELECT k.id FROM card_keys k WHERE k.id > @batchId AND k.batch_id = @batchId ORDER BY k.id {dialect.RowBehind("@others")}";

    private sealed class Records(DbConnection connection, SqlDialect dialect) : ICustodyRecords
    {
        public Task<IReadOnlyList<BatchCounters>> BatchesAsync(CancellationToken cancellation) => CountersAsync(AllBatches, null, cancellation);

        public Task<IReadOnlyList<BatchCounters>> BatchAsync(long batchId, CancellationToken cancellation) => CountersAsync(OneBatch, new { batchId }, cancellation);

        public async Task<IReadOnlyList<long>> BatchIdsAsync(CancellationToken cancellation) =>
            [.. await connection.QueryAsync<long>(new CommandDefinition("SELECT id FROM batches ORDER BY id", cancellationToken: cancellation)).ConfigureAwait(false)];

        private async Task<IReadOnlyList<BatchCounters>> CountersAsync(string sql, object? parameters, CancellationToken cancellation)
        {
            var rows = await connection.QueryAsync<(long Id, long Accepted, long Available, long Reserved, long Frozen, long Delivered, long Voided, long Expired)>(
                new CommandDefinition(sql, parameters, commandTimeout: NoTimeout, cancellationToken: cancellation)).ConfigureAwait(false);
            return [.. rows.Select(row => new BatchCounters(
                row.Id, row.Accepted, new StockCounts(row.Available, row.Reserved, row.Frozen, row.Delivered, row.Voided, row.Expired)))];
        }

        public async Task<IReadOnlyList<CustodyDay>> DaysAsync(CancellationToken cancellation)
        {
            var rows = await connection.QueryAsync<(int Day, int Node, long Entries, byte[] Root, byte[] Seal)>(
                new CommandDefinition("SELECT day, node, entries, root, seal FROM custody_days ORDER BY day, node", cancellationToken: cancellation)).ConfigureAwait(false);
            return [.. rows.Select(row => new CustodyDay(row.Day, row.Node, row.Entries, Sized(row.Root, CustodyChain.SealLength), row.Seal))];
        }

        public IAsyncEnumerable<CustodyRecord> KeysAsync(CancellationToken cancellation) => KeysAsync(Keys, null, cancellation);

        public async IAsyncEnumerable<CustodyRecord> KeysOfBatchAsync(long batchId, [EnumeratorCancellation] CancellationToken cancellation)
        {
            // While it is imported there may be fewer than counted, or the count may be wrong: then all that follow are looked at.
            var accepted = await connection.ExecuteScalarAsync<long>(
                new CommandDefinition("SELECT accepted FROM batches WHERE id = @batchId", new { batchId }, cancellationToken: cancellation)).ConfigureAwait(false);
            var last = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                LastKeyOfBatch(dialect), new { batchId, others = Math.Max(accepted, 1) - 1 }, commandTimeout: NoTimeout, cancellationToken: cancellation)).ConfigureAwait(false) ?? long.MaxValue;
            await foreach (var record in KeysAsync(KeysOfBatch, new { batchId, last }, cancellation).ConfigureAwait(false))
            {
                yield return record;
            }
        }

        private async IAsyncEnumerable<CustodyRecord> KeysAsync(string sql, object? parameters, [EnumeratorCancellation] CancellationToken cancellation)
        {
            var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, commandTimeout: NoTimeout, cancellationToken: cancellation)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                CustodyKey? key = null;
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    if (key?.Origin.CardKeyId != reader.GetInt64(0))
                    {
                        key = ReadKey(reader);
                    }

                    yield return new CustodyRecord(key, ReadEntry(reader));
                }
            }
        }

        public IAsyncEnumerable<long> EntriesWithoutKeyAsync(CancellationToken cancellation) => IdsAsync(
            """
            SELECT DISTINCT e.card_key_id
            FROM custody_entries e
            WHERE NOT EXISTS (SELECT 1 FROM card_keys k WHERE k.id = e.card_key_id)
            """,
            cancellation);

        public IAsyncEnumerable<long> UnitsWithoutKeyAsync(CancellationToken cancellation) => IdsAsync(
            """
            SELECT u.id
            FROM units u
            WHERE u.card_key_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM card_keys k WHERE k.id = u.card_key_id)
            UNION ALL
            SELECT u.id
            FROM units u
            JOIN order_lines l ON l.order_id = u.order_id AND l.id = u.line_id
            JOIN skus s ON s.id = coalesce(u.sku_id, l.sku_id)
            WHERE u.card_key_id IS NULL AND u.state IN (@delivered, @replaced, @refunded) AND s.kind = @cardKey
            """,
            cancellation);

        public IAsyncEnumerable<long> KeysFlaggedWronglyAsync(CancellationToken cancellation) => IdsAsync(
            """
            SELECT u.card_key_id
            FROM units u
            WHERE u.state IN (@replaced, @refunded) AND u.card_key_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM card_key_flags f WHERE f.card_key_id = u.card_key_id AND f.flag = @withdrawn)
            UNION ALL
            SELECT f.card_key_id
            FROM card_key_flags f
            LEFT JOIN units u ON u.card_key_id = f.card_key_id
            WHERE f.flag = @withdrawn AND (u.id IS NULL OR u.state NOT IN (@replaced, @refunded))
            """,
            cancellation);

        private async IAsyncEnumerable<long> IdsAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation)
        {
            var parameters = new
            {
                delivered = UnitState.Delivered,
                replaced = UnitState.Replaced,
                refunded = UnitState.Refunded,
                cardKey = SkuKind.CardKey,
                withdrawn = CardKeyFlagKind.Withdrawn,
            };
            var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, commandTimeout: NoTimeout, cancellationToken: cancellation)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    yield return reader.GetInt64(0);
                }
            }
        }

        private static CustodyKey ReadKey(DbDataReader reader) => new(
            new CustodyOrigin(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), (int)reader.GetInt64(4), Sized(reader.GetFieldValue<byte[]>(5), ICodeProtection.HashSize)),
            (CardKeyState)reader.GetInt64(3),
            reader.IsDBNull(6) ? null : reader.GetInt64(6),
            reader.IsDBNull(7) ? null : new KeyHolder(reader.GetInt64(7), (UnitState)reader.GetInt64(8)));

        private static CustodyEntry? ReadEntry(DbDataReader reader) => reader.IsDBNull(9)
            ? null
            : new CustodyEntry(
                reader.GetInt64(0), (int)reader.GetInt64(9), (CardKeyState)reader.GetInt64(10), reader.GetInt64(11),
                reader.IsDBNull(12) ? null : reader.GetInt64(12), Sized(reader.GetFieldValue<byte[]>(13), CustodyChain.SealLength));

        // Somebody wrote bytes of another length over it. Zeros are no seal either, and everything after them can go on.
        private static byte[] Sized(byte[] stored, int length) => stored.Length == length ? stored : new byte[length];
    }
}
