namespace Fulfilment.Core.Webhooks;

/// <summary>The events as API.md names them.</summary>
public static class WebhookTypes
{
    /// <summary>What a test sends; nobody subscribes to it.</summary>
    public const string Test = "endpoint.test";

    private static readonly Dictionary<WebhookEvent, string> Names = new()
    {
        [WebhookEvent.OrderFulfilled] = "order.fulfilled",
        [WebhookEvent.OrderPartiallyFulfilled] = "order.partiallyFulfilled",
        [WebhookEvent.OrderFailed] = "order.failed",
        [WebhookEvent.OrderHeld] = "order.held",
        [WebhookEvent.OrderCancelled] = "order.cancelled",
        [WebhookEvent.OrderRefunded] = "order.refunded",
        [WebhookEvent.UnitDelivered] = "unit.delivered",
        [WebhookEvent.UnitFailed] = "unit.failed",
        [WebhookEvent.UnitUnknown] = "unit.unknown",
        [WebhookEvent.UnitReplaced] = "unit.replaced",
        [WebhookEvent.UnitRefunded] = "unit.refunded",
        [WebhookEvent.BatchCompleted] = "batch.completed",
        [WebhookEvent.BatchRecalled] = "batch.recalled",
        [WebhookEvent.SkuUpdated] = "sku.updated",
        [WebhookEvent.StockLow] = "stock.low",
        [WebhookEvent.AccountLow] = "account.low",
    };

    /// <summary>Every event, in the order of API.md.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Names.OrderBy(name => name.Key).Select(name => name.Value)];

    /// <summary>An event's name.</summary>
    public static string NameOf(WebhookEvent type) => Names[type];

    /// <summary>Reads a name; case counts.</summary>
    public static bool TryParse(string? name, out WebhookEvent type)
    {
        type = Names.FirstOrDefault(known => known.Value == name).Key;
        return type != default;
    }
}
