namespace Fulfilment.Core.Webhooks;

/// <summary>Events on their way to endpoints. A row is the work; who sends it holds it by the time until which it is not due.</summary>
public interface IWebhookDeliveryStore
{
    /// <summary>Events whose deliveries are not written yet, the oldest first.</summary>
    Task<IReadOnlyList<WebhookMessage>> FindWaitingAsync(int limit, CancellationToken cancellation);

    /// <summary>
    /// Queues these events for every endpoint that wants them, in one transaction with the note that it was done. Nothing is stored when another node was quicker
    /// with any of them.
    /// </summary>
    /// <param name="messages">As <see cref="FindWaitingAsync"/> gave them.</param>
    /// <param name="leases">Whether the caller sends to this endpoint now what is queued for it.</param>
    /// <param name="now">The time.</param>
    /// <returns>What the caller has leased; null when another node was quicker.</returns>
    Task<IReadOnlyList<LeasedDelivery>?> QueueAsync(IReadOnlyList<WebhookMessage> messages, Func<long, bool> leases, DateTimeOffset now);

    /// <summary>Active endpoints with something due.</summary>
    Task<IReadOnlyList<long>> FindDueEndpointsAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Leases what is due at an endpoint, the longest due first; none when another node was quicker.</summary>
    Task<IReadOnlyList<LeasedDelivery>> TakeAsync(long endpointId, int most, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Those of these endpoints that are paused or deleted.</summary>
    Task<IReadOnlyList<long>> FindStoppedAsync(IReadOnlyCollection<long> endpoints, CancellationToken cancellation);

    /// <summary>
    /// Stores what came of many deliveries in one transaction, each guarded by its lease. An endpoint that has taken nothing for three days, or says that it is gone,
    /// is paused in it and an alert raised, and the alert is resolved when it works again.
    /// </summary>
    Task RecordAsync(IReadOnlyList<DeliveryResult> results, DateTimeOffset now);

    /// <summary>Queues one more piece of the replays that were asked for, or of what new endpoints may have missed; false when there is none.</summary>
    Task<bool> ReplayAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Deletes a piece of what was before this event, of endpoints that were deleted, and of secrets that have ended; tells how many rows, 0 when nothing is left.</summary>
    Task<long> PruneAsync(long beforeEvent, DateTimeOffset now, CancellationToken cancellation);
}
