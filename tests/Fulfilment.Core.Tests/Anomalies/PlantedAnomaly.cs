using Fulfilment.Core.Anomalies;

namespace Fulfilment.Core.Tests.Anomalies;

/// <summary>Something that goes wrong.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Kind">What it has to be found as.</param>
/// <param name="Scope">Which orders.</param>
/// <param name="From">The time at which it begins, in minutes; it need not be a whole one.</param>
/// <param name="Minutes">How long it goes on.</param>
/// <param name="Rate">What becomes of the orders.</param>
/// <param name="Share">How many more of them fail.</param>
public sealed record PlantedAnomaly(string Name, FlowAnomalyKind Kind, FlowScope Scope, double From, double Minutes, double Rate, double Share)
{
    /// <summary>When it is over.</summary>
    public double To => From + Minutes;

    /// <summary>The rate and the share of failures of a minute; of one in which it begins, in part.</summary>
    public (double Rate, double Share) Change(int minute, double rate, double share)
    {
        var part = Math.Clamp(Math.Min(minute + 1 - From, To - minute), 0, 1);
        return (rate * (1 + ((Rate - 1) * part)), Math.Min(1, share + (Share * part)));
    }
}
