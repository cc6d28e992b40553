using System.Text.Json.Serialization;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Api;

/// <summary>A new endpoint. <paramref name="Types"/> null: all events.</summary>
internal sealed record NewWebhookEndpoint(string Url, IReadOnlyList<string>? Types = null);

/// <summary>From when on events are sent once more.</summary>
internal sealed record NewReplay(DateTimeOffset From);

/// <summary>An endpoint as its storefront sees it.</summary>
internal record WebhookEndpointView(
    string Id, string Url, IReadOnlyList<string>? Types, EndpointState Status, PauseReason? PauseReason, DateTimeOffset? PausedAt, DateTimeOffset? LastSuccessAt, DateTimeOffset CreatedAt)
{
    public static WebhookEndpointView Of(WebhookEndpoint endpoint) => new(
        PublicId.Format(PublicId.WebhookEndpoint, endpoint.Id), endpoint.Url, endpoint.Types?.Select(WebhookTypes.NameOf).ToList(), endpoint.State,
        endpoint.PauseReason, endpoint.PausedAt, endpoint.LastSuccessAt, endpoint.CreatedAt);
}

/// <summary>A new endpoint, or one with a new secret, which is shown for the only time.</summary>
internal sealed record WebhookEndpointWithSecret : WebhookEndpointView
{
    public WebhookEndpointWithSecret(RegisteredEndpoint registered)
        : base(Of(registered.Endpoint)) => Secret = registered.Secret.Text;

    /// <summary>What verifies signatures.</summary>
    [JsonPropertyOrder(1)]
    public string Secret { get; }

    // What prints a record must not print a secret.
    public override string ToString() => Id;
}

/// <summary>An endpoint as operators see it: also whose it is.</summary>
internal sealed record AdminWebhookEndpointView : WebhookEndpointView
{
    private AdminWebhookEndpointView(WebhookEndpointView shown)
        : base(shown)
    {
    }

    [JsonPropertyOrder(1)]
    public string? Storefront { get; private init; }

    public static AdminWebhookEndpointView Of(WebhookEndpoint endpoint, ICatalogue catalogue) => new(Of(endpoint))
    {
        // What stands behind the question mark may be a secret of the storefront's.
        Url = endpoint.Url.Split('?')[0],
        Storefront = catalogue.Current.Storefronts.FirstOrDefault(storefront => storefront.Id == endpoint.StorefrontId)?.Code,
    };
}

/// <summary>What became of an event at an endpoint.</summary>
internal sealed record WebhookDeliveryView(
    string EventId, string? Type, string? OrderId, DeliveryState Status, int Attempts, DateTimeOffset? NextAttemptAt, DateTimeOffset? AnsweredAt, WebhookAnswerView? Answer)
{
    public static WebhookDeliveryView Of(WebhookDelivery delivery) => new(
        PublicId.Format(PublicId.Event, delivery.EventId), delivery.Type is { } type ? WebhookTypes.NameOf(type) : null,
        delivery.OrderId is { } orderId ? PublicId.Format(PublicId.Order, orderId) : null, delivery.State, delivery.Attempts, delivery.DueAt, delivery.AnsweredAt,
        delivery.Answer is { } answer ? WebhookAnswerView.Of(answer) : null);
}

/// <summary>What an endpoint answered. <paramref name="Status"/> null: nothing; <paramref name="Fault"/> says why.</summary>
internal sealed record WebhookAnswerView(int? Status, string? Fault, string? Text)
{
    public static WebhookAnswerView Of(WebhookAnswer answer) => new(answer.Status, answer.Fault, answer.Text);
}

[JsonSerializable(typeof(NewWebhookEndpoint))]
[JsonSerializable(typeof(NewReplay))]
[JsonSerializable(typeof(WebhookEndpointView))]
[JsonSerializable(typeof(WebhookEndpointWithSecret))]
[JsonSerializable(typeof(WebhookAnswerView))]
[JsonSerializable(typeof(ListAnswer<WebhookEndpointView>))]
[JsonSerializable(typeof(AdminWebhookEndpointView))]
[JsonSerializable(typeof(ListAnswer<AdminWebhookEndpointView>))]
[JsonSerializable(typeof(ListAnswer<WebhookDeliveryView>))]
internal sealed partial class WebhookJson : JsonSerializerContext;
