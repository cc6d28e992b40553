using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Webhooks;

/// <summary>Where a storefront wants to be told.</summary>
/// <param name="Id">Shown as <c>whe_…</c>; the time it was made is in it.</param>
/// <param name="StorefrontId">Whose.</param>
/// <param name="Url">Where to.</param>
/// <param name="Types">Of which events; null: of all, those of later releases too.</param>
/// <param name="State">Whether it is told.</param>
public sealed record WebhookEndpoint(long Id, long StorefrontId, string Url, IReadOnlyList<WebhookEvent>? Types, EndpointState State)
{
    /// <summary>When it was paused last; null once it has worked again since.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Why it was.</summary>
    public PauseReason? PauseReason { get; init; }

    /// <summary>When it was resumed last.</summary>
    public DateTimeOffset? ResumedAt { get; init; }

    /// <summary>When it accepted an event last, to the minute.</summary>
    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => IdGenerator.TimeOf(Id);

    /// <summary>
    /// Whatever was made before this was stored before the endpoint. What was made after it may have been stored later: the clocks of two nodes are four seconds apart
    /// at most, and an event is made before its transaction ends.
    /// </summary>
    public long EarliestEvent => IdGenerator.FirstAt(CreatedAt - TimeSpan.FromSeconds(30));

    /// <summary>
    /// Up to which event a new endpoint gets what was not queued for it: a node learns of a storefront's first endpoint a moment later, and what it wrote meanwhile
    /// waits for nobody.
    /// </summary>
    public long LateUntil => IdGenerator.FirstAt(CreatedAt + TimeSpan.FromSeconds(15));

    /// <summary>Whether it wants an event of this type, of this storefront or, where that is 0, of every one.</summary>
    public bool Wants(long storefrontId, WebhookEvent type) => (storefrontId == 0 || storefrontId == StorefrontId) && (Types?.Contains(type) ?? true);
}

/// <summary>Whether an endpoint is told. Stored as numbers.</summary>
public enum EndpointState
{
    /// <summary>It is.</summary>
    Active = 10,

    /// <summary>Its events wait until somebody resumes it.</summary>
    Paused = 11,

    /// <summary>Gone, with what waited for it.</summary>
    Deleted = 20,
}

/// <summary>Why an endpoint was paused. Stored as numbers.</summary>
public enum PauseReason
{
    /// <summary>It took nothing for three days.</summary>
    Failing = 1,

    /// <summary>It answered 410 Gone.</summary>
    Gone = 2,
}

/// <summary>What became of one event at one endpoint. Stored as numbers.</summary>
public enum DeliveryState
{
    /// <summary>To be sent, for the first time or again.</summary>
    Waiting = 10,

    /// <summary>The endpoint took it.</summary>
    Delivered = 20,

    /// <summary>Given up after three days.</summary>
    Failed = 21,
}

/// <summary>The transitions of endpoints and deliveries.</summary>
public static class WebhookStates
{
    /// <summary>Of endpoints.</summary>
    public static readonly StateTable<EndpointState> Endpoints = new(
        (EndpointState.Active, [EndpointState.Paused, EndpointState.Deleted]),
        (EndpointState.Paused, [EndpointState.Active, EndpointState.Deleted]));

    /// <summary>Of deliveries: a replay makes one wait again.</summary>
    public static readonly StateTable<DeliveryState> Deliveries = new(
        (DeliveryState.Waiting, [DeliveryState.Waiting, DeliveryState.Delivered, DeliveryState.Failed]),
        (DeliveryState.Delivered, [DeliveryState.Waiting]),
        (DeliveryState.Failed, [DeliveryState.Waiting]));
}
