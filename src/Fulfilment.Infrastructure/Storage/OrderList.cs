using System.Data.Common;
using System.Globalization;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Pages of orders by any filters, each read from a range of one index, however many orders there are. Ids are ordered by time, so the time filters
/// and the cursor are ranges of ids. The status stands before the id in the indexes: a list in one status is one range, and a list in any merges
/// the ranges of the few there are, newest first, without sorting.
/// </summary>
internal static class OrderList
{
    private static readonly OrderStatus[] Statuses = Enum.GetValues<OrderStatus>();

    /// <summary>As the caller's snapshot has them.</summary>
    public static async Task<OrderPage> ReadAsync(DbConnection connection, SqlDialect dialect, OrderQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var before = Math.Min(query.Before ?? long.MaxValue, query.To is { } to ? IdGenerator.FirstAt(to) : long.MaxValue);
        var from = query.From is { } start ? IdGenerator.FirstAt(start) : 0;
        var ids = (await connection.QueryAsync<long>(
            IdsSql(dialect, query), new { query.StorefrontId, query.SkuId, query.ClientReference, query.Status, limit = query.Limit + 1, before, from }).ConfigureAwait(false)).AsList();

        // In order already, but for one reference of every storefront: those come in the order of the storefronts.
        ids.Sort((one, other) => other.CompareTo(one));
        var page = await CutAsync(connection, ids, query.Limit).ConfigureAwait(false);
        return page.Count == 0
            ? OrderPage.Empty
            : new OrderPage(await OrderStore.QueryAsync(connection, OrdersSql, new { ids = page }).ConfigureAwait(false), page.Count < ids.Count);
    }

    internal const string OrdersSql = $"SELECT {OrderStore.OrderColumns} FROM orders AS o WHERE o.id IN @ids ORDER BY o.id DESC";

    internal const string UnitsSql = "SELECT order_id, sum(coalesce(unit_count, quantity)) FROM order_lines WHERE order_id IN @ids GROUP BY order_id";

    internal static string IdsSql(SqlDialect dialect, OrderQuery query) => query switch
    {
        { ClientReference: not null } => ByReference(dialect, query),
        { SkuId: not null, StorefrontId: null } => throw new ArgumentException("A list by SKU is of one storefront.", nameof(query)),
        { SkuId: not null } => Merge(dialect, query, status => $"""
            SELECT DISTINCT order_id AS id FROM order_lines
            WHERE storefront_id = @StorefrontId AND sku_id = @SkuId AND order_status = {status} AND order_id < @before AND order_id >= @from
            """),
        { StorefrontId: not null } => Merge(dialect, query, status => $"""
            SELECT id FROM orders WHERE storefront_id = @StorefrontId AND status = {status} AND id < @before AND id >= @from
            """),
        { Status: null } => $"SELECT id FROM orders WHERE id < @before AND id >= @from ORDER BY id DESC {dialect.Limit("@limit")}",

        // Nearly every order is fulfilled, so a walk over all finds them at once.
        { Status: OrderStatus.Fulfilled } => $"SELECT id FROM orders WHERE status = @Status AND id < @before AND id >= @from ORDER BY id DESC {dialect.Limit("@limit")}",
        _ => $"SELECT id FROM orders WHERE status = @Status AND status <> 20 AND id < @before AND id >= @from ORDER BY id DESC {dialect.Limit("@limit")}",
    };

    private static string ByReference(SqlDialect dialect, OrderQuery query) => $"""
        SELECT o.id FROM {(query.StorefrontId is null
            ? $"storefronts AS s {dialect.JoinInOrder} orders AS o ON o.storefront_id = s.id WHERE"
            : "orders AS o WHERE o.storefront_id = @StorefrontId AND")} {dialect.SameText("o.client_reference", "@ClientReference")} AND o.id < @before AND o.id >= @from
        {(query.Status is null ? "" : "AND o.status = @Status")}
        {(query.SkuId is null ? "" : "AND EXISTS (SELECT 1 FROM order_lines AS l WHERE l.order_id = o.id AND l.sku_id = @SkuId)")}
        """;

    private static string Merge(SqlDialect dialect, OrderQuery query, Func<string, string> range)
    {
        var ranges = query.Status is { } one ? [one] : Statuses;
        return string.Join(" UNION ALL ", ranges.Select(status => range(((int)status).ToString(CultureInfo.InvariantCulture)))) + " ORDER BY id DESC " + dialect.Limit("@limit");
    }

    // The page's length is bounded by units too: 200 orders may have a million.
    private static async Task<List<long>> CutAsync(DbConnection connection, List<long> ids, int limit)
    {
        if (ids.Count == 0)
        {
            return ids;
        }

        var units = (await connection.QueryAsync<(long OrderId, long Units)>(UnitsSql, new { ids }).ConfigureAwait(false)).ToDictionary(row => row.OrderId, row => row.Units);
        var (count, sum) = (0, 0L);
        while (count < ids.Count && count < limit && (count == 0 || sum + units.GetValueOrDefault(ids[count]) <= OrderPage.MostUnits))
        {
            sum += units.GetValueOrDefault(ids[count++]);
        }

        return ids[..count];
    }
}
