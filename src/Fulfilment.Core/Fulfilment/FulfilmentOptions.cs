namespace Fulfilment.Core.Fulfilment;

/// <summary>How units are seen through.</summary>
/// <param name="SendWithin">How long after its choice of a supplier a worker may still begin to send.</param>
/// <param name="LookEvery">How often due work is looked for when nothing signals any.</param>
/// <param name="MostAtOnce">Units that one node has at suppliers at once.</param>
/// <param name="SweepAfter">When an order with open units is looked at again, and how late a unit may be before somebody is told.</param>
public sealed record FulfilmentOptions(TimeSpan SendWithin, TimeSpan LookEvery, int MostAtOnce, TimeSpan SweepAfter)
{
    /// <summary>What a host has that says nothing else.</summary>
    public static readonly FulfilmentOptions Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(500), 400, TimeSpan.FromMinutes(15));
}
