using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IInventory"/>
public sealed class InventoryReader(IDatabase database) : IInventory
{
    /// <inheritdoc/>
    public Task<Batch?> FindAsync(long batchId, CancellationToken cancellation) =>
        FindAsync("id = @batchId", new { batchId }, cancellation);

    /// <inheritdoc/>
    public Task<Batch?> FindAsync(string owner, string idempotencyKey, CancellationToken cancellation) =>
        FindAsync("owner = @owner AND idempotency_key = @idempotencyKey", new { owner, idempotencyKey }, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Batch>> ListAsync(BatchFilter filter, long before, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var conditions = (filter.SkuId is null ? "" : "sku_id = @SkuId AND ")
            + (filter.Owner is null ? "" : "owner = @Owner AND ")
            + (filter.Status is null ? "" : "status = @Status AND ");
        var rows = await QueryAsync<BatchRow>(
            $"SELECT {BatchRow.Columns} FROM batches WHERE {conditions}id < @before ORDER BY id DESC {database.Dialect.Limit("@limit")}",
            new { filter.SkuId, filter.Owner, filter.Status, before, limit }, cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToBatch())];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RejectedRow>> RejectedRowsAsync(long batchId, long afterLine, int limit, CancellationToken cancellation)
    {
        var rows = await QueryAsync<(long Line, int Reason)>(
            $"SELECT line, reason FROM batch_errors WHERE batch_id = @batchId AND line > @afterLine ORDER BY line {database.Dialect.Limit("@limit")}",
            new { batchId, afterLine, limit },
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new RejectedRow(row.Line, new RowReason(row.Reason)))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BatchStock>> StockAsync(long skuId, string? owner, CancellationToken cancellation)
    {
        // One statement, so that counts and batches are of one moment.
        var batches = "FROM batches WHERE sku_id = @skuId" + (owner is null ? "" : " AND owner = @owner");
        var rows = await QueryAsync<BatchStockRow>($"""
            SELECT b.*, coalesce(s.available, 0) AS Available, coalesce(s.reserved, 0) AS Reserved, coalesce(s.frozen, 0) AS Frozen,
                   coalesce(s.delivered, 0) AS Delivered, coalesce(s.voided, 0) AS Voided, coalesce(s.expired, 0) AS Expired
            FROM (SELECT {BatchRow.Columns} {batches}) AS b
            LEFT JOIN (
                SELECT batch_id, sum(available) AS available, sum(reserved) AS reserved, sum(frozen) AS frozen, sum(delivered) AS delivered,
                       sum(voided) AS voided, sum(expired) AS expired
                FROM batch_stock WHERE batch_id IN (SELECT id {batches})
                GROUP BY batch_id
            ) AS s ON s.batch_id = b.Id
            ORDER BY b.Id DESC
            """, new { skuId, owner }, cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new BatchStock(row.ToBatch(), row.Counts))];
    }

    private async Task<Batch?> FindAsync(string condition, object parameters, CancellationToken cancellation)
    {
        var rows = await QueryAsync<BatchRow>($"SELECT {BatchRow.Columns} FROM batches WHERE {condition}", parameters, cancellation).ConfigureAwait(false);
        return rows.SingleOrDefault()?.ToBatch();
    }

    private Task<IEnumerable<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellation) =>
        database.ReadAsync(connection => connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation)), cancellation);

    private sealed class BatchStockRow : BatchRow
    {
        public long Available { get; init; }

        public long Reserved { get; init; }

        public long Frozen { get; init; }

        public long Delivered { get; init; }

        public long Voided { get; init; }

        public long Expired { get; init; }

        public StockCounts Counts => new(Available, Reserved, Frozen, Delivered, Voided, Expired);
    }
}
