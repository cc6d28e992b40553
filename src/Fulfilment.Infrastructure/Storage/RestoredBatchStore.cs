using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IRestoredBatchStore"/>
public sealed class RestoredBatchStore(IDatabase database) : IRestoredBatchStore
{
    // A batch that was rejected (21) or recalled (22) waits for nothing.
    private const string Waiting = """
        SELECT b.id, b.sku_id, b.restored_at, b.restored_frozen, coalesce((SELECT value FROM settings WHERE name = 'restored-backup-at'), '0') AS backup_at,
               coalesce(sum(s.available), 0) AS available, coalesce(sum(s.reserved), 0) AS reserved, coalesce(sum(s.frozen), 0) AS frozen,
               coalesce(sum(s.delivered), 0) AS delivered, coalesce(sum(s.voided), 0) AS voided, coalesce(sum(s.expired), 0) AS expired
        FROM batches AS b LEFT JOIN batch_stock AS s ON s.batch_id = b.id
        WHERE b.restored_at IS NOT NULL AND b.status NOT IN (21, 22)
        """;

    private const string PerBatch = "GROUP BY b.id, b.sku_id, b.restored_at, b.restored_frozen ORDER BY b.id";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RestoredBatch>> ListAsync(CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(new CommandDefinition($"{Waiting} {PerBatch}", cancellationToken: cancellation)), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToBatch())];
    }

    /// <inheritdoc/>
    public async Task<RestoredBatch?> FindAsync(long batchId, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(new CommandDefinition($"{Waiting} AND b.id = @batchId {PerBatch}", new { batchId }, cancellationToken: cancellation)),
            cancellation).ConfigureAwait(false);
        return rows.SingleOrDefault()?.ToBatch();
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(long batchId, CancellationToken cancellation) => database.ReadAsync(
        async connection => await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM batches WHERE id = @batchId", new { batchId }).ConfigureAwait(false) > 0,
        cancellation);

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(long batchId, DateTimeOffset restoredAt, AuditEntry audit) => database.WriteAsync(async connection =>
    {
        var released = await connection.ExecuteAsync(
            "UPDATE batches SET frozen = restored_frozen, restored_at = NULL, restored_frozen = 0 WHERE id = @batchId AND restored_at = @at",
            new { batchId, at = restoredAt.ToUnixTimeMilliseconds() }).ConfigureAwait(false);
        if (released == 0)
        {
            return false;
        }

        await connection.ExecuteAsync("UPDATE change_counters SET value = value + 1 WHERE name = 'stock'").ConfigureAwait(false);
        await AuditStore.AppendAsync(connection, audit).ConfigureAwait(false);
        return true;
    });

    private sealed class Row
    {
        public long Id { get; init; }

        public long SkuId { get; init; }

        public long RestoredAt { get; init; }

        public long RestoredFrozen { get; init; }

        public string BackupAt { get; init; } = "";

        public long Available { get; init; }

        public long Reserved { get; init; }

        public long Frozen { get; init; }

        public long Delivered { get; init; }

        public long Voided { get; init; }

        public long Expired { get; init; }

        public RestoredBatch ToBatch() => new(
            Id,
            SkuId,
            DateTimeOffset.FromUnixTimeMilliseconds(RestoredAt),
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(BackupAt, System.Globalization.CultureInfo.InvariantCulture)),
            RestoredFrozen != 0,
            new StockCounts(Available, Reserved, Frozen, Delivered, Voided, Expired));
    }
}
