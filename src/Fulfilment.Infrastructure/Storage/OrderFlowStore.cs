using System.Data.Common;
using System.Globalization;
using Dapper;
using Fulfilment.Core.Anomalies;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>order_flow</c>, and what it is counted from.</summary>
public sealed class OrderFlowStore(IDatabase database) : IOrderFlow
{
    internal const string First = "SELECT min(order_id) FROM order_lines";

    internal const string Range = """
        SELECT bucket AS At, storefront_id AS StorefrontId, sku_id AS SkuId, orders AS Orders, failed AS Failed FROM order_flow
        WHERE bucket >= @from AND bucket < @before
        """;

    // Not all at once: there are many after the weeks were made fewer.
    internal const string Forget = "DELETE FROM order_flow WHERE bucket < @forgetBefore AND bucket <= (SELECT min(bucket) FROM order_flow) + 12";

    private const string Cursor = "order_flow_kept";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FlowCount>> CountOrdersAsync(long fromMinute, long beforeMinute, int span, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(
                Orders, new { from = fromMinute * FlowTime.IdsPerMinute, before = beforeMinute * FlowTime.IdsPerMinute, width = span * FlowTime.IdsPerMinute }),
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToCount())];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FlowCount>> CountFailedAsync(long fromMinute, long beforeMinute, int span, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(
                Failed(database.Dialect), new { from = fromMinute * FlowTime.IdsPerMinute, before = beforeMinute * FlowTime.IdsPerMinute, width = span * FlowTime.IdsPerMinute }),
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToCount())];
    }

    /// <inheritdoc/>
    public async Task<long?> FindFirstMinuteAsync(CancellationToken cancellation) =>
        await database.ReadAsync(connection => connection.ExecuteScalarAsync<long?>(First), cancellation).ConfigureAwait(false) / FlowTime.IdsPerMinute;

    /// <inheritdoc/>
    public async Task<long?> FindKeptAsync(CancellationToken cancellation) =>
        await database.ReadAsync(connection => connection.ExecuteScalarAsync<string?>("SELECT value FROM settings WHERE name = @Cursor", new { Cursor }), cancellation).ConfigureAwait(false)
            is { } value ? long.Parse(value, CultureInfo.InvariantCulture) : null;

    /// <inheritdoc/>
    public Task KeepAsync(long? keptBefore, long kept, IReadOnlyCollection<FlowCount> counts, long forgetBefore) => database.WriteGuardedAsync(
        async connection =>
        {
            await MoveCursorAsync(connection, keptBefore, kept.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            await connection.ExecuteAsync(
                "INSERT INTO order_flow (bucket, storefront_id, sku_id, orders, failed) VALUES (@At, @StorefrontId, @SkuId, @Orders, @Failed)",
                counts.Select(count => new { count.At, count.Pair.StorefrontId, count.Pair.SkuId, count.Counts.Orders, count.Counts.Failed })).ConfigureAwait(false);
            return await connection.ExecuteAsync(Forget, new { forgetBefore }).ConfigureAwait(false);
        },
        WritePriority.Bulk);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FlowCount>> ReadAsync(long fromBucket, long beforeBucket, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<FlowCount>>(
            async connection => [.. (await connection.QueryAsync<Row>(Range, new { from = fromBucket, before = beforeBucket }).ConfigureAwait(false)).Select(row => row.ToCount())], cancellation);

    /// <summary>The orders of a range of ids: one walk along the primary key, and no other table.</summary>
    internal const string Orders = """
        SELECT o.At, o.storefront_id AS StorefrontId, o.sku_id AS SkuId, count(*) AS Orders
        FROM (SELECT order_id / @width AS At, storefront_id, sku_id FROM order_lines WHERE order_id >= @from AND order_id < @before) AS o
        GROUP BY o.At, o.storefront_id, o.sku_id
        """;

    /// <summary>Those in which a unit has failed (21), found by the index of unfinished units: it costs what has failed, and not what was ordered.</summary>
    internal static string Failed(SqlDialect dialect) => $"""
        SELECT f.At, f.storefront_id AS StorefrontId, f.sku_id AS SkuId, count(*) AS Failed
        FROM (
            SELECT DISTINCT u.order_id / @width AS At, u.order_id, u.line_id, l.storefront_id, l.sku_id
            FROM units AS u {dialect.IndexedBy("units_unfinished")} {dialect.JoinInOrder} order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
            WHERE u.state = 21 AND u.state <> 20 AND u.state < 22 AND u.order_id >= @from AND u.order_id < @before
        ) AS f
        GROUP BY f.At, f.storefront_id, f.sku_id
        """;

    private static async Task MoveCursorAsync(DbConnection connection, long? from, string to)
    {
        if (from is null)
        {
            await connection.ExecuteAsync("INSERT INTO settings (name, value) VALUES (@Cursor, @to)", new { Cursor, to }).ConfigureAwait(false);
        }
        else if (await connection.ExecuteAsync(
            "UPDATE settings SET value = @to WHERE name = @Cursor AND value = @expected",
            new { Cursor, to, expected = from.Value.ToString(CultureInfo.InvariantCulture) }).ConfigureAwait(false) == 0)
        {
            throw new StorageConflictException("Another node keeps the order flow.");
        }
    }

    private sealed class Row
    {
        public long At { get; set; }

        public long StorefrontId { get; set; }

        public long SkuId { get; set; }

        public long Orders { get; set; }

        public long Failed { get; set; }

        public FlowCount ToCount() => new(At, new FlowScope(StorefrontId, SkuId), new FlowCounts(Orders, Failed));
    }
}
