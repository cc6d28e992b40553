namespace Fulfilment.Core.Anomalies;

/// <summary>How order flow can be unusual.</summary>
public enum FlowAnomalyKind
{
    /// <summary>Far fewer orders than usual.</summary>
    Drop,

    /// <summary>Far more orders than usual.</summary>
    Surge,

    /// <summary>A far greater share of orders fails than usually.</summary>
    Failures,
}

/// <summary>What was seen, and what it was held against.</summary>
/// <param name="Kind">How it is unusual.</param>
/// <param name="Scope">Which orders.</param>
/// <param name="Minutes">So many minutes were looked at together.</param>
/// <param name="Seen">The orders in them.</param>
/// <param name="Expected">The orders that were to be expected in them.</param>
/// <param name="Usual">The pattern of this hour of the week.</param>
/// <param name="Level">How the last hours compare with the pattern.</param>
/// <param name="Score">How unusual, in standard deviations; never negative.</param>
public sealed record FlowAnomaly(FlowAnomalyKind Kind, FlowScope Scope, int Minutes, FlowCounts Seen, double Expected, FlowUsual Usual, double Level, double Score);
