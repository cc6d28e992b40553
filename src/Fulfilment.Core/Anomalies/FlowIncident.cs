namespace Fulfilment.Core.Anomalies;

/// <summary>An anomaly from when it was found until it is over.</summary>
public sealed class FlowIncident
{
    /// <summary>So many minutes it has to be back within the usual to be over.</summary>
    internal const int ClearAfterMinutes = 5;

    // An outage is found when part of the minutes that are looked at lie before it; what is told should say what it is.
    private const double FarWorse = 1.25;

    /// <summary>What was found.</summary>
    /// <param name="minute">The last minute that was looked at.</param>
    /// <param name="anomaly">What was seen.</param>
    public FlowIncident(long minute, FlowAnomaly anomaly)
        : this(minute, (anomaly ?? throw new ArgumentNullException(nameof(anomaly))).Kind, anomaly.Scope) => Anomaly = anomaly;

    /// <summary>What a process before this one found.</summary>
    public FlowIncident(long minute, FlowAnomalyKind kind, FlowScope scope) => (SeenAt, HeldAt, Kind, Scope) = (minute, minute, kind, scope);

    /// <summary>How it is unusual.</summary>
    public FlowAnomalyKind Kind { get; }

    /// <summary>Which orders.</summary>
    public FlowScope Scope { get; }

    /// <summary>The last minute of what was seen.</summary>
    public long SeenAt { get; private set; }

    /// <summary>What was seen when it was found, or when it had become far worse; null: that is not known here.</summary>
    public FlowAnomaly? Anomaly { get; private set; }

    /// <summary>The last minute in which it went on.</summary>
    internal long HeldAt { get; private set; }

    /// <summary>It goes on.</summary>
    internal void Hold(long minute, FlowAnomaly now)
    {
        HeldAt = minute;
        if (now.Score > FarWorse * Anomaly?.Score)
        {
            (SeenAt, Anomaly) = (minute, now);
        }
    }

    internal bool IsOfShare => Kind == FlowAnomalyKind.Failures;
}
