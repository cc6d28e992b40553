using Fulfilment.Core.Orders;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>An event of the outbox with its order.</summary>
internal class WebhookMessageRow
{
    /// <summary>Of <c>outbox AS o LEFT JOIN orders AS r</c>.</summary>
    public const string Columns = """
        o.id AS Id, o.storefront_id AS StorefrontId, o.type AS Type, o.order_id AS OrderId, o.status AS Status, o.version AS Version, o.unit_id AS UnitId, o.data AS Data,
        r.client_reference AS ClientReference, r.metadata AS Metadata
        """;

    public long Id { get; set; }

    public long StorefrontId { get; set; }

    public long Type { get; set; }

    public long OrderId { get; set; }

    public long Status { get; set; }

    public long Version { get; set; }

    public long? UnitId { get; set; }

    public string? Data { get; set; }

    public string? ClientReference { get; set; }

    public string? Metadata { get; set; }

    public WebhookMessage ToMessage() => new(
        Id, StorefrontId, (WebhookEvent)Type,
        ClientReference is null ? null : new MessageOrder(OrderId, ClientReference, (OrderStatus)Status, (int)Version, Metadata, UnitId), Data);
}
