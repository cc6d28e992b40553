using System.Data.Common;
using System.Text.Json;
using Dapper;
using Fulfilment.Core;
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
    public Task<bool> IsOpenAsync(long storefrontId, long orderId, CancellationToken cancellation) => database.ReadAsync(
        async connection => await connection.ExecuteScalarAsync<long?>(
            "SELECT status FROM orders WHERE id = @orderId AND storefront_id = @storefrontId", new { orderId, storefrontId }).ConfigureAwait(false) is { } status
            && OrderStates.IsOpen((OrderStatus)status),
        cancellation);

    /// <inheritdoc/>
    public Task<OrderPage> ListAsync(OrderQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        return query.StorefrontId is null
            ? throw new ArgumentException("A storefront's list names the storefront.", nameof(query))
            : database.ReadSnapshotAsync(connection => OrderList.ReadAsync(connection, database.Dialect, query), cancellation);
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
                   u.revealed_at AS RevealedAt, u.sku_id AS SkuId, u.price AS Price
            FROM units AS u LEFT JOIN card_keys AS k ON k.id = u.card_key_id
            WHERE u.order_id IN @ids ORDER BY u.order_id, u.id
            """, new { ids }).ConfigureAwait(false);
        var unitsByLine = units.ToLookup(unit => unit.LineId);
        var linesByOrder = lines.ToLookup(line => line.OrderId, line => line.ToLine(unitsByLine[line.Id]));
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
        public StoredLine ToLine(IEnumerable<UnitRow> units) => new(
            Id, SkuId, (OrderStatus)Status, (int)Quantity, new Money(UnitPrice), Recipient, OrderStore.Metadata(Metadata), [.. units.Select(unit => unit.ToUnit(this))]);
    }

    private sealed record UnitRow(
        long LineId, long Id, long State, long? CardKeyId, long? ExpiresOn, byte[]? Code, long? DeliveredAt, long? DueAt, long? Failure, long? ReplacesUnitId,
        long? RevealedAt, long? SkuId, long? Price)
    {
        public StoredUnit ToUnit(LineRow line) => new(
            Id, (UnitState)State, CardKeyId, (int?)ExpiresOn, Code, DeliveredAt, DueAt, (UnitFailure?)Failure, ReplacesUnitId, RevealedAt,
            SkuId ?? line.SkuId, new Money(Price ?? line.UnitPrice));
    }
}
