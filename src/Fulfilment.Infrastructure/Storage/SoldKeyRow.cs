using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>A unit with its card key and order as Dapper reads it; u stands for units, o for orders.</summary>
internal sealed class SoldKeyRow
{
    public const string Columns = """
        u.card_key_id AS CardKeyId, u.order_id AS OrderId, o.client_reference AS ClientReference, o.storefront_id AS StorefrontId,
        u.id AS UnitId, u.state AS State, u.delivered_at AS DeliveredAt
        """;

    public long CardKeyId { get; init; }

    public long OrderId { get; init; }

    public string ClientReference { get; init; } = "";

    public long StorefrontId { get; init; }

    public long UnitId { get; init; }

    public int State { get; init; }

    public long? DeliveredAt { get; init; }

    public SoldKey ToKey() => new(CardKeyId, OrderId, ClientReference, StorefrontId, UnitId, (UnitState)State, DeliveredAt);
}
