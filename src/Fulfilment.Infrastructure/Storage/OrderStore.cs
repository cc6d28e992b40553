using System.Data.Common;
using System.Text.Json;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads orders.</summary>
public sealed class OrderStore(IDatabase database) : IOrderStore
{
    internal const string OrderColumns = """
        o.id AS Id, o.storefront_id AS StorefrontId, o.client_reference AS ClientReference, o.status AS Status, o.version AS Version,
        o.currency AS Currency, o.amount AS Amount, o.source AS Source, o.metadata AS Metadata, o.completed_at AS CompletedAt
        """;

    /// <inheritdoc/>
    public Task<StoredOrder?> FindAsync(long storefrontId, long orderId, CancellationToken cancellation) => database.ReadSnapshotAsync(
        async connection => (await QueryAsync(
            connection, $"SELECT {OrderColumns} FROM orders AS o WHERE o.id = @orderId AND o.storefront_id = @storefrontId", new { orderId, storefrontId }).ConfigureAwait(false))
            .SingleOrDefault(),
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredOrder>> ListAsync(OrderQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);

        // Ids are ordered by time, so the time filters are ranges of ids and every query is a range of one index, read backwards.
        var before = Math.Min(query.Before ?? long.MaxValue, query.To is { } to ? IdGenerator.FirstAt(to) : long.MaxValue);
        var from = query.From is { } start ? IdGenerator.FirstAt(start) : 0;
        var sql = ListSql(query);
        return database.ReadSnapshotAsync<IReadOnlyList<StoredOrder>>(
            async connection => await QueryAsync(
                connection, sql, new { query.StorefrontId, query.SkuId, query.ClientReference, query.Status, query.Limit, before, from }).ConfigureAwait(false),
            cancellation);
    }

    /// <summary>Each filter that finds few orders is what the query begins with; none sorts or builds a table of its own, however many orders there are.</summary>
    internal static string ListSql(OrderQuery query)
    {
        var startsWithSku = query is { SkuId: not null, ClientReference: null, Status: not OrderStatus.Held };

        // CROSS JOIN keeps SQLite from beginning with the orders instead.
        var source = startsWithSku
            ? """
              order_lines AS l CROSS JOIN orders AS o ON o.id = l.order_id
              WHERE l.storefront_id = @StorefrontId AND l.sku_id = @SkuId AND l.order_id < @before AND l.order_id >= @from
              """
            : $"""
              orders AS o WHERE o.storefront_id = @StorefrontId AND o.id < @before AND o.id >= @from
              {(query.SkuId is null ? "" : "AND EXISTS (SELECT 1 FROM order_lines AS l WHERE l.storefront_id = @StorefrontId AND l.sku_id = @SkuId AND l.order_id = o.id)")}
              """;
        return $"""
            SELECT {OrderColumns} FROM {source}
            {(query.ClientReference is null ? "" : "AND o.client_reference = @ClientReference")}
            {(query.Status is null ? "" : "AND o.status = @Status")}
            {(query.Status is OrderStatus.Held ? "AND o.id IN (SELECT d.id FROM orders AS d WHERE d.due_at > 0)" : "")}
            {(startsWithSku ? "GROUP BY l.order_id ORDER BY l.order_id" : "ORDER BY o.id")} DESC LIMIT @Limit
            """;
    }

    /// <summary>For the stores: the order as the caller's transaction sees it, whosever it is.</summary>
    internal static async Task<StoredOrder?> ReadAsync(DbConnection connection, long orderId) =>
        (await QueryAsync(connection, $"SELECT {OrderColumns} FROM orders AS o WHERE o.id = @orderId", new { orderId }).ConfigureAwait(false)).SingleOrDefault();

    /// <summary>The orders that a query of <see cref="OrderColumns"/> finds, filled with their lines and units.</summary>
    internal static async Task<List<StoredOrder>> QueryAsync(DbConnection connection, string sql, object parameters)
    {
        var orders = (await connection.QueryAsync<OrderRow>(sql, parameters).ConfigureAwait(false)).AsList();
        if (orders.Count == 0)
        {
            return [];
        }

        var ids = orders.ConvertAll(order => order.Id);
        var lines = await connection.QueryAsync<LineRow>("""
            SELECT order_id AS OrderId, id AS Id, sku_id AS SkuId, status AS Status, quantity AS Quantity, unit_price AS UnitPrice,
                   recipient AS Recipient, metadata AS Metadata
            FROM order_lines WHERE order_id IN @ids ORDER BY order_id, id
            """, new { ids }).ConfigureAwait(false);
        var units = await connection.QueryAsync<UnitRow>("""
            SELECT u.line_id AS LineId, u.id AS Id, u.state AS State, u.card_key_id AS CardKeyId, k.expires_on AS ExpiresOn, k.code AS Code,
                   u.delivered_at AS DeliveredAt, u.due_at AS DueAt, u.failure AS Failure, u.replaces_unit_id AS ReplacesUnitId,
                   u.revealed_at AS RevealedAt
            FROM units AS u LEFT JOIN card_keys AS k ON k.id = u.card_key_id
            WHERE u.order_id IN @ids ORDER BY u.order_id, u.id
            """, new { ids }).ConfigureAwait(false);
        var unitsByLine = units.ToLookup(unit => unit.LineId, unit => unit.ToUnit());
        var linesByOrder = lines.ToLookup(line => line.OrderId, line => line.ToLine([.. unitsByLine[line.Id]]));
        return orders.ConvertAll(order => order.ToOrder([.. linesByOrder[order.Id]]));
    }

    private static Dictionary<string, string>? Metadata(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, OrderJson.Default.DictionaryStringString);

    private sealed record OrderRow(
        long Id, long StorefrontId, string ClientReference, long Status, long Version, string Currency, long Amount, long Source, string? Metadata, long? CompletedAt)
    {
        public StoredOrder ToOrder(IReadOnlyList<StoredLine> lines) => new()
        {
            Id = Id,
            StorefrontId = StorefrontId,
            ClientReference = ClientReference,
            Status = (OrderStatus)Status,
            Version = (int)Version,
            Currency = Currency,
            Amount = new Money(Amount),
            Source = (OrderSource)Source,
            Metadata = OrderStore.Metadata(Metadata),
            CompletedAtMs = CompletedAt,
            Lines = lines,
        };
    }

    private sealed record LineRow(long OrderId, long Id, long SkuId, long Status, long Quantity, long UnitPrice, byte[]? Recipient, string? Metadata)
    {
        public StoredLine ToLine(IReadOnlyList<StoredUnit> units) =>
            new(Id, SkuId, (OrderStatus)Status, (int)Quantity, new Money(UnitPrice), Recipient, OrderStore.Metadata(Metadata), units);
    }

    private sealed record UnitRow(
        long LineId, long Id, long State, long? CardKeyId, long? ExpiresOn, byte[]? Code, long? DeliveredAt, long? DueAt, long? Failure, long? ReplacesUnitId,
        long? RevealedAt)
    {
        public StoredUnit ToUnit() =>
            new(Id, (UnitState)State, CardKeyId, (int?)ExpiresOn, Code, DeliveredAt, DueAt, (UnitFailure?)Failure, ReplacesUnitId, RevealedAt);
    }
}
