namespace Fulfilment.Core.Anomalies;

/// <summary>
/// Decides whether the last minutes of a scope are unusual. Unusual is what lies far outside the scatter and is also large enough to matter; it has to be so both
/// against the pattern and against the last hours, so neither a campaign nor its end is an anomaly. To hold on, less is asked than to begin.
/// </summary>
internal sealed class JudgeFlow(FlowWatchOptions options)
{
    private const double DropTo = 0.62, DropHoldsTo = 0.8;

    private const double SurgeTo = 2.3, SurgeHoldsTo = 1.5;

    // Orders that come in lots make many at once likelier than the scatter alone says.
    private const double SurgeScore = 1.1;

    // So much of what the last hours say is believed against the pattern.
    private const double HighestForDrop = 1.1, LowestForSurge = 0.65;

    // Times what two of the weeks behind have seen: what comes in bursts is judged by its bursts.
    private const double AbovePeaks = 1.25;

    // Where none are usual, something that can be divided by.
    private const double Least = 0.1;

    private const double ShareFactor = 2, ShareMore = 0.1, ShareHoldsMore = 0.05;

    /// <summary>The most unusual of orders or failures; null: nothing is.</summary>
    /// <param name="series">The orders.</param>
    /// <param name="offset">The end of the last minute, in minutes behind the middle of its bucket.</param>
    /// <param name="ofShare">Whether to look at failures, and not at orders.</param>
    /// <param name="reach">Longer windows would reach back into an anomaly that is over.</param>
    public FlowAnomaly? Find(FlowSeries series, double offset, bool ofShare, long reach)
    {
        if (series.Usual is not { } usual)
        {
            return null;
        }

        FlowAnomaly? worst = null;
        foreach (var minutes in FlowWatchOptions.Windows.TakeWhile(minutes => minutes <= reach))
        {
            var found = ofShare ? Share(series, usual, minutes) : Rate(series, usual, minutes, offset);
            if (found is not null && found.Score >= options.Score * (found.Kind == FlowAnomalyKind.Surge ? SurgeScore : 1) && IsLarge(found) && !(found.Score <= worst?.Score))
            {
                worst = found;
            }
        }

        return worst;
    }

    /// <summary>What is still unusual in this way, in the shortest window that can tell; null: nothing is.</summary>
    public FlowAnomaly? Holds(FlowSeries series, double offset, FlowAnomalyKind kind)
    {
        if (series.Usual is not { } usual)
        {
            return null;
        }

        foreach (var minutes in FlowWatchOptions.Windows)
        {
            var now = kind == FlowAnomalyKind.Failures ? Share(series, usual, minutes) : Rate(series, usual, minutes, offset, kind);
            if (now is not null)
            {
                return now.Score >= options.Score / 2 && IsStillLarge(now) ? now : null;
            }
        }

        return null;
    }

    private FlowAnomaly? Rate(FlowSeries series, FlowUsual usual, int minutes, double offset, FlowAnomalyKind? kind = null)
    {
        var seen = series.Sum(minutes);
        var pattern = usual.Expect(minutes, offset);
        var isDrop = kind is { } asked ? asked == FlowAnomalyKind.Drop : seen.Orders < pattern;
        var level = isDrop ? Math.Min(HighestForDrop, series.Level.Value) : Math.Max(LowestForSurge, series.Level.Value);
        var expected = Math.Max(Least, pattern * level);
        if (Math.Max(seen.Orders, expected) < options.MinimumOrders)
        {
            return null;
        }

        var score = FlowScore.OfRate(seen.Orders, expected, usual.Dispersion);
        return new FlowAnomaly(
            isDrop ? FlowAnomalyKind.Drop : FlowAnomalyKind.Surge, series.Scope, minutes, seen, expected, usual, series.Level.Value, isDrop ? -score : score);
    }

    private FlowAnomaly? Share(FlowSeries series, FlowUsual usual, int minutes)
    {
        var seen = series.Sum(minutes);
        return seen.Orders < options.MinimumOrders / 2
            ? null
            : new FlowAnomaly(
                FlowAnomalyKind.Failures, series.Scope, minutes, seen, seen.Orders * usual.Share, usual, series.Level.Value,
                FlowScore.OfShare(seen.Failed, seen.Orders, usual.HighShare));
    }

    private static bool IsLarge(FlowAnomaly found) => found.Kind switch
    {
        FlowAnomalyKind.Drop => found.Seen.Orders <= DropTo * found.Expected,
        FlowAnomalyKind.Surge => found.Seen.Orders >= SurgeTo * found.Expected
            && found.Seen.Orders > AbovePeaks * found.Usual.Most * found.Minutes / FlowTime.BucketMinutes,
        _ => ShareOf(found) >= Math.Max(found.Usual.Share * ShareFactor, found.Usual.Share + ShareMore),
    };

    private static bool IsStillLarge(FlowAnomaly now) => now.Kind switch
    {
        FlowAnomalyKind.Drop => now.Seen.Orders <= DropHoldsTo * now.Expected,
        FlowAnomalyKind.Surge => now.Seen.Orders >= SurgeHoldsTo * now.Expected,
        _ => ShareOf(now) >= now.Usual.Share + ShareHoldsMore,
    };

    private static double ShareOf(FlowAnomaly found) => (double)found.Seen.Failed / found.Seen.Orders;
}
