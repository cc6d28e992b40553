using System.Data.Common;
using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="ICardKeyLookup"/>
public sealed class CardKeyLookup(IDatabase database) : ICardKeyLookup, IDisposable
{
    // A read that goes on for seconds would keep the log from being reset; and a search that nobody waits for any more ends with its stretch.
    private const int KeysAtOnce = 100_000;

    private readonly SemaphoreSlim _one = new(1);

    /// <inheritdoc/>
    public Task<CardKeyRecord?> FindAsync(long cardKeyId, CancellationToken cancellation) => database.ReadSnapshotAsync(
        async connection =>
        {
            var key = await connection.QuerySingleOrDefaultAsync<KeyRow>(new CommandDefinition("""
                SELECT k.sku_id AS SkuId, k.batch_id AS BatchId, k.state AS State, k.expires_on AS ExpiresOn, k.fingerprint AS Fingerprint,
                       b.status AS Status, b.frozen AS Frozen
                FROM card_keys k
                JOIN batches b ON b.id = k.batch_id
                WHERE k.id = @cardKeyId
                """, new { cardKeyId }, cancellationToken: cancellation)).ConfigureAwait(false);
            if (key is null)
            {
                return null;
            }

            var holder = await connection.QuerySingleOrDefaultAsync<SoldKeyRow>(new CommandDefinition($"""
                SELECT {SoldKeyRow.Columns}
                FROM units u
                JOIN orders o ON o.id = u.order_id
                WHERE u.card_key_id = @cardKeyId
                """, new { cardKeyId }, cancellationToken: cancellation)).ConfigureAwait(false);
            var origin = new CustodyOrigin(cardKeyId, key.SkuId, key.BatchId, key.ExpiresOn, key.Fingerprint);
            return new CardKeyRecord(
                origin, (CardKeyState)key.State, new BatchSale((BatchStatus)key.Status, key.Frozen), holder?.ToKey(), await CustodyAsync(connection, cardKeyId, cancellation).ConfigureAwait(false));
        },
        cancellation);

    /// <inheritdoc/>
    public Task<long?> FindByFingerprintAsync(byte[] fingerprint, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(
            "SELECT card_key_id FROM code_fingerprints WHERE fingerprint = @fingerprint AND card_key_id <> 0", new { fingerprint }, cancellationToken: cancellation)),
        cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> FindByNumberAsync(byte[] numberHash, int limit, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var found = new List<long>();
            for (long? before = long.MaxValue; before is not null && found.Count < limit;)
            {
                cancellation.ThrowIfCancellationRequested();
                before = await database.ReadAsync(connection => ReadStretchAsync(connection, database.Dialect, numberHash, before.Value, found), cancellation).ConfigureAwait(false);
            }

            return found.Count > limit ? found.GetRange(0, limit) : found;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    // Null at the end of the stock.
    private static async Task<long?> ReadStretchAsync(DbConnection connection, SqlDialect dialect, byte[] numberHash, long before, List<long> found)
    {
        var first = await connection.ExecuteScalarAsync<long?>(
            $"SELECT id FROM card_keys WHERE id < @before ORDER BY id DESC {dialect.RowBehind("@others")}", new { before, others = KeysAtOnce - 1 }).ConfigureAwait(false);
        found.AddRange(await connection.QueryAsync<long>(
            "SELECT id FROM card_keys WHERE id >= @first AND id < @before AND number_hash = @numberHash ORDER BY id DESC",
            new { first = first ?? 0, before, numberHash }).ConfigureAwait(false));
        return first;
    }

    private static async Task<IReadOnlyList<CustodyEntry>> CustodyAsync(DbConnection connection, long cardKeyId, CancellationToken cancellation)
    {
        var rows = await connection.QueryAsync<(int Sequence, int State, long At, long? UnitId, byte[] Seal)>(new CommandDefinition(
            "SELECT sequence, state, at, unit_id, seal FROM custody_entries WHERE card_key_id = @cardKeyId ORDER BY sequence",
            new { cardKeyId }, cancellationToken: cancellation)).ConfigureAwait(false);
        return [.. rows.Select(row => new CustodyEntry(cardKeyId, row.Sequence, (CardKeyState)row.State, row.At, row.UnitId, row.Seal))];
    }

    private sealed class KeyRow
    {
        public long SkuId { get; init; }

        public long BatchId { get; init; }

        public int State { get; init; }

        public int ExpiresOn { get; init; }

        public byte[] Fingerprint { get; init; } = [];

        public int Status { get; init; }

        public bool Frozen { get; init; }
    }
}
