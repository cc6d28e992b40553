using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Webhooks;

/// <summary>Endpoints as they are stored. Each write leaves its audit entry in its own transaction. A storefront reaches its own; null: an operator, every one.</summary>
public interface IWebhookEndpointStore
{
    /// <summary>Stores a new endpoint; <see cref="RefusalCode.InvalidRequest"/> when the storefront has <paramref name="most"/> already.</summary>
    Task<Result<WebhookEndpoint>> CreateAsync(WebhookEndpoint endpoint, ProtectedSecret secret, int most, Actor actor);

    /// <summary>A page of endpoints that are not deleted, newest first.</summary>
    Task<IReadOnlyList<WebhookEndpoint>> ListAsync(long? storefrontId, long before, int limit, CancellationToken cancellation);

    /// <summary>The endpoint with its live secrets; null when there is none, or it is deleted.</summary>
    Task<DeliveryTarget?> FindAsync(long id, long? storefrontId, CancellationToken cancellation);

    /// <summary>Ends an endpoint; its secrets go at once.</summary>
    Task<Result<WebhookEndpoint>> DeleteAsync(long id, long? storefrontId, Actor actor);

    /// <summary>Adds a secret; the one before it ends then, and any other now.</summary>
    Task<Result<WebhookEndpoint>> RotateAsync(long id, long? storefrontId, ProtectedSecret secret, DateTimeOffset oldEndsAt, Actor actor);

    /// <summary>Makes a paused endpoint active; an active one stays as it is.</summary>
    Task<Result<WebhookEndpoint>> ResumeAsync(long id, long? storefrontId, DateTimeOffset now, Actor actor);

    /// <summary>Asks for every event from <paramref name="after"/> (exclusive) to <paramref name="until"/> (inclusive) to be queued once more.</summary>
    Task<Result<WebhookEndpoint>> ReplayAsync(long id, long? storefrontId, long after, long until, Actor actor);

    /// <summary>A page of what became of events at an endpoint, newest event first.</summary>
    Task<IReadOnlyList<WebhookDelivery>> ListDeliveriesAsync(long id, DeliveryState? state, long before, int limit, CancellationToken cancellation);
}

/// <summary>What became of an event at an endpoint.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Type">What it is; null: the event is not kept any more.</param>
/// <param name="OrderId">Its order; null: it is not about one.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempts">How often it was sent since it was queued.</param>
/// <param name="DueAt">When it is sent next; null: it is not.</param>
/// <param name="AnsweredAt">When it was sent last.</param>
/// <param name="Answer">What came of that.</param>
public sealed record WebhookDelivery(
    long EventId, WebhookEvent? Type, long? OrderId, DeliveryState State, int Attempts, DateTimeOffset? DueAt, DateTimeOffset? AnsweredAt, WebhookAnswer? Answer);
