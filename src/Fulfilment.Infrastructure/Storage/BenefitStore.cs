using Dapper;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Finds a person's orders through the index of the hash, and their units in the order of their key, so that nothing is sorted.</summary>
public sealed class BenefitStore(IDatabase database) : IBenefitStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredBenefit>> FindAsync(long storefrontId, Person person, BenefitPosition? after, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        var start = after ?? new BenefitPosition(long.MaxValue, long.MaxValue);
        return database.ReadSnapshotAsync<IReadOnlyList<StoredBenefit>>(
            async connection =>
            {
                // One more than asked for: of the order that the last page ended in, nothing may be left.
                var ids = await connection.QueryAsync<long>(
                    OrdersSql(database.Dialect, person.Field), new { storefrontId, person.Hash, last = start.OrderId, limit = limit + 1 }).ConfigureAwait(false);
                var units = await connection.QueryAsync<Row>(
                    UnitsSql(database.Dialect, person.Field), new { ids, person.Hash, last = start.OrderId, beforeUnit = start.UnitId, limit }).ConfigureAwait(false);
                return [.. units.Select(row => row.ToBenefit())];
            },
            cancellation);
    }

    /// <summary>The storefront's orders that name the person, newest first.</summary>
    internal static string OrdersSql(SqlDialect dialect, PersonField field) => field switch
    {
        PersonField.Recipient => $"""
            SELECT DISTINCT order_id FROM order_lines WHERE storefront_id = @storefrontId AND recipient_hash = @Hash AND order_id <= @last
            ORDER BY order_id DESC {dialect.Limit("@limit")}
            """,
        PersonField.BuyerReference => $"""
            SELECT id FROM orders WHERE storefront_id = @storefrontId AND buyer_reference_hash = @Hash AND id <= @last
            ORDER BY id DESC {dialect.Limit("@limit")}
            """,
    };

    /// <summary>A buyer's units are all of the order; a recipient's are those of the lines that name it.</summary>
    internal static string UnitsSql(SqlDialect dialect, PersonField field) => $"""
        SELECT u.order_id AS OrderId, o.client_reference AS ClientReference, u.line_id AS LineId, u.id AS UnitId, coalesce(u.sku_id, l.sku_id) AS SkuId, u.state AS State,
               k.expires_on AS ExpiresOn, u.delivered_at AS DeliveredAt, u.replaces_unit_id AS ReplacesUnitId, l.recipient AS Recipient
        FROM units AS u
        {dialect.JoinInOrder} order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
        {dialect.JoinInOrder} orders AS o ON o.id = u.order_id
        LEFT JOIN card_keys AS k ON k.id = u.card_key_id
        WHERE u.order_id IN @ids AND (u.order_id <> @last OR u.id < @beforeUnit) {(field == PersonField.Recipient ? "AND l.recipient_hash = @Hash" : "")}
        ORDER BY u.order_id DESC, u.id DESC {dialect.Limit("@limit")}
        """;

    private sealed class Row
    {
        public long OrderId { get; init; }

        public string ClientReference { get; init; } = "";

        public long LineId { get; init; }

        public long UnitId { get; init; }

        public long SkuId { get; init; }

        public long State { get; init; }

        public long? ExpiresOn { get; init; }

        public long? DeliveredAt { get; init; }

        public long? ReplacesUnitId { get; init; }

        public byte[]? Recipient { get; init; }

        public StoredBenefit ToBenefit() =>
            new(OrderId, ClientReference, LineId, UnitId, SkuId, (UnitState)State, (int?)ExpiresOn, DeliveredAt, ReplacesUnitId, Recipient);
    }
}
