namespace Fulfilment.Core.Webhooks;

/// <summary>An event that this worker sends to an endpoint, and nobody else until the lease ends.</summary>
/// <param name="Target">The endpoint.</param>
/// <param name="Message">The event.</param>
/// <param name="QueuedAtMs">When it was queued for the endpoint, or queued again.</param>
/// <param name="LeasedUntilMs">When others may send it. What comes of it is guarded by this.</param>
/// <param name="Attempts">How often it was sent before.</param>
public sealed record LeasedDelivery(DeliveryTarget Target, WebhookMessage Message, long QueuedAtMs, long LeasedUntilMs, int Attempts);

/// <summary>An endpoint as whoever sends to it needs it.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Secrets">Those that sign, encrypted, the newest first.</param>
public sealed record DeliveryTarget(WebhookEndpoint Endpoint, IReadOnlyList<ProtectedSecret> Secrets)
{
    /// <summary>The endpoint's.</summary>
    public long Id => Endpoint.Id;
}

/// <summary>A secret as it is stored. No record, so that no log prints it.</summary>
public sealed class ProtectedSecret(long id, byte[] value)
{
    /// <summary>It is encrypted for this.</summary>
    public long Id { get; } = id;

    /// <summary>Encrypted.</summary>
    public byte[] Value { get; } = value;
}

/// <summary>What came of a delivery, to be stored.</summary>
/// <param name="Delivery">As it was leased.</param>
/// <param name="End">What it means.</param>
/// <param name="DueAtMs">When it is tried again, if it is.</param>
/// <param name="Answer">What the endpoint said; null: it was not asked.</param>
public sealed record DeliveryResult(LeasedDelivery Delivery, DeliveryEnd End, long? DueAtMs = null, WebhookAnswer? Answer = null);

/// <summary>How a delivery ended for the worker that had it.</summary>
public enum DeliveryEnd
{
    /// <summary>The endpoint took it.</summary>
    Delivered,

    /// <summary>It is tried again.</summary>
    Retried,

    /// <summary>It was tried for three days.</summary>
    GivenUp,

    /// <summary>The endpoint says that it is gone; the event waits like all others for it.</summary>
    Gone,

    /// <summary>It was not sent.</summary>
    Released,
}
