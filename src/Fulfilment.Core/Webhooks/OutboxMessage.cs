using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Webhooks;

/// <summary>An event for a storefront, written in the transaction that makes it true. It carries ids and states, never codes.</summary>
/// <param name="Id">Time-ordered; also the webhook's id.</param>
/// <param name="StorefrontId">Whom to tell.</param>
/// <param name="Type">What happened.</param>
/// <param name="OrderId">To which order.</param>
/// <param name="Status">Where the order stood then.</param>
/// <param name="Version">The order's version then; the storefront orders events by it.</param>
/// <param name="UnitId">Which of its units, where the event is about one.</param>
public sealed record OutboxMessage(long Id, long StorefrontId, WebhookEvent Type, long OrderId, OrderStatus Status, int Version, long? UnitId = null)
{
    /// <summary>Whether anybody may want it. What is not queued is kept all the same, for a replay.</summary>
    public bool IsQueued { get; init; } = true;

    /// <summary>The event that an order's arrival in this status is.</summary>
    public static OutboxMessage ForOrder(long id, long storefrontId, long orderId, OrderStatus status, int version) =>
        new(id, storefrontId, TypeOf(status), orderId, status, version);

    private static WebhookEvent TypeOf(OrderStatus status) => status switch
    {
        OrderStatus.Held => WebhookEvent.OrderHeld,
        OrderStatus.Fulfilled => WebhookEvent.OrderFulfilled,
        OrderStatus.PartiallyFulfilled => WebhookEvent.OrderPartiallyFulfilled,
        OrderStatus.Failed => WebhookEvent.OrderFailed,
        OrderStatus.Cancelled => WebhookEvent.OrderCancelled,
        OrderStatus.Refunded => WebhookEvent.OrderRefunded,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No event says so."),
    };
}

/// <summary>The events of API.md. Stored as numbers.</summary>
public enum WebhookEvent
{
    /// <summary><c>order.fulfilled</c>.</summary>
    OrderFulfilled = 1,

    /// <summary><c>order.partiallyFulfilled</c>.</summary>
    OrderPartiallyFulfilled = 2,

    /// <summary><c>order.failed</c>.</summary>
    OrderFailed = 3,

    /// <summary><c>order.held</c>.</summary>
    OrderHeld = 4,

    /// <summary><c>order.cancelled</c>.</summary>
    OrderCancelled = 5,

    /// <summary><c>order.refunded</c>.</summary>
    OrderRefunded = 6,

    /// <summary><c>unit.delivered</c>: a unit of an order that still has open ones.</summary>
    UnitDelivered = 7,

    /// <summary><c>unit.failed</c>: a unit of an order that still has open ones.</summary>
    UnitFailed = 8,

    /// <summary><c>unit.unknown</c>.</summary>
    UnitUnknown = 9,

    /// <summary><c>unit.replaced</c>.</summary>
    UnitReplaced = 10,

    /// <summary><c>unit.refunded</c>: a unit was refunded and the order keeps others.</summary>
    UnitRefunded = 11,

    /// <summary><c>batch.completed</c>: an import has ended, and its codes can be sold.</summary>
    BatchCompleted = 12,

    /// <summary><c>batch.recalled</c>: a batch was recalled; what was sold of it may not work.</summary>
    BatchRecalled = 13,

    /// <summary><c>sku.updated</c>: something about a SKU that a storefront sees was changed.</summary>
    SkuUpdated = 14,

    /// <summary><c>stock.low</c>: a SKU's stock fell below what is shown as low.</summary>
    StockLow = 15,

    /// <summary><c>account.low</c>: the money available to a storefront fell below its threshold.</summary>
    AccountLow = 16,
}
