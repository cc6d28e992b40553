namespace Fulfilment.Core.Anomalies;

/// <summary>What five minutes usually bring at an hour of the week.</summary>
/// <param name="Orders">The median of the weeks.</param>
/// <param name="Slope">How much that changes from one bucket to the next.</param>
/// <param name="Mad">The median absolute deviation of the weeks' buckets from their week's own line.</param>
/// <param name="Scatter">The same as a standard deviation.</param>
/// <param name="Most">What a bucket had at most, in the week that had the second most; the first may have been an anomaly itself.</param>
/// <param name="Share">The share of orders that fail: the median of the weeks.</param>
/// <param name="ShareMad">The median absolute deviation of the weeks' shares from that.</param>
/// <param name="Weeks">How many weeks it is taken from.</param>
public sealed record FlowUsual(double Orders, double Slope, double Mad, double Scatter, double Most, double Share, double ShareMad, int Weeks)
{
    // What a median absolute deviation has to be multiplied by to be the standard deviation of a normal distribution.
    internal const double Normal = 1.4826;

    // A buyer who orders twice makes as much of it; a few weeks that happen to be even do not prove the contrary.
    private const double LeastDispersion = 1.3;

    /// <summary>How many times as much as independent arrivals the orders scatter.</summary>
    public double Dispersion => Orders > 0 ? Math.Max(LeastDispersion, Scatter * Scatter / Orders) : LeastDispersion;

    /// <summary>The share of failures that is still nothing to talk about.</summary>
    public double HighShare => Math.Clamp(Share + (Normal * ShareMad), 0.03, 0.99);

    /// <summary>Orders to expect in the last <paramref name="minutes"/> before the end of the minute that is <paramref name="offset"/> minutes behind the bucket's middle.</summary>
    public double Expect(int minutes, double offset)
    {
        var middle = (offset - (minutes / 2.0)) / FlowTime.BucketMinutes;
        return Math.Max(0, Orders + (Slope * middle)) * minutes / FlowTime.BucketMinutes;
    }
}
