namespace Fulfilment.Core.Webhooks;

/// <summary>Bounds and terms of webhooks.</summary>
/// <param name="MostAtOnce">Most that are under way on a node to endpoints that answer quickly, and as many again to those that do not.</param>
/// <param name="MostPerEndpoint">Most that are under way on a node to one endpoint.</param>
/// <param name="MostEndpoints">Most endpoints of a storefront.</param>
/// <param name="KeepDays">How long events and what became of them are kept, and can be replayed.</param>
/// <param name="LookEvery">How often a worker looks for events when nothing wakes it.</param>
public sealed record WebhookOptions(
    int MostAtOnce = 256, int MostPerEndpoint = 32, int MostEndpoints = 16, int KeepDays = 30, TimeSpan LookEvery = default)
{
    /// <summary>What holds where nothing is set.</summary>
    public static readonly WebhookOptions Default = new(LookEvery: TimeSpan.FromMilliseconds(200));

    /// <summary>How long an endpoint may take to answer; API.md.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>How long an event is tried; API.md.</summary>
    public static readonly TimeSpan TriedFor = TimeSpan.FromDays(3);

    /// <summary>How long the secret before a rotation goes on signing.</summary>
    public static readonly TimeSpan SecretOverlap = TimeSpan.FromDays(1);

    /// <summary>How long a worker has an event to itself. What it has not begun to send when too little of it is left, it leaves to the next look.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>What has to be left of a lease for a sending to begin: its answer, and writing down what came of it.</summary>
    public static readonly TimeSpan LeastLease = AnswerWithin + TimeSpan.FromSeconds(3);
}
