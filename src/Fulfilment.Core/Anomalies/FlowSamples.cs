namespace Fulfilment.Core.Anomalies;

/// <summary>
/// The buckets of earlier weeks around one hour of the week, of one scope. Neighbouring buckets are pooled, since one bucket a week is far too few to tell how much
/// they scatter; a straight line through each week's buckets takes out that mornings rise.
/// </summary>
internal sealed class FlowSamples(int weeks)
{
    /// <summary>Neighbours on either side.</summary>
    public const int Reach = 6;

    /// <summary>Buckets of a week.</summary>
    public const int Width = (2 * Reach) + 1;

    // Sum of the squares of -Reach..Reach.
    private const double Squares = Reach * (Reach + 1) * Width / 3.0;

    private readonly FlowCounts[] _counts = new FlowCounts[weeks * Width];

    /// <summary>Counts into a bucket.</summary>
    /// <param name="week">0: last week.</param>
    /// <param name="index">Below <see cref="Width"/>.</param>
    /// <param name="counts">What to add.</param>
    public void Add(int week, int index, FlowCounts counts) => _counts[(week * Width) + index] += counts;

    public void Clear() => Array.Clear(_counts);

    public FlowSamples Copy()
    {
        var copy = new FlowSamples(weeks);
        _counts.CopyTo(copy._counts, 0);
        return copy;
    }

    public void Subtract(FlowSamples part)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] -= part._counts[i];
        }
    }

    /// <summary>What is usual; null before there are enough weeks. Weeks before the first order do not count: there was nothing to order yet.</summary>
    public FlowUsual? Estimate(int warmUpWeeks)
    {
        var age = weeks;
        while (age > 0 && Week(age - 1).IndexOfAnyExcept(default(FlowCounts)) < 0)
        {
            age--;
        }

        return age < warmUpWeeks ? null : Estimate(_counts.AsSpan(0, age * Width), age);
    }

    private static FlowUsual Estimate(ReadOnlySpan<FlowCounts> counts, int age)
    {
        Span<double> means = stackalloc double[age], slopes = stackalloc double[age], shares = stackalloc double[age];
        Span<double> rests = stackalloc double[counts.Length];
        double most = 0, second = 0;
        var withOrders = 0;
        for (var week = 0; week < age; week++)
        {
            double orders = 0, failed = 0, moment = 0, peak = 0;
            for (var i = 0; i < Width; i++)
            {
                var bucket = counts[(week * Width) + i];
                (orders, failed, moment) = (orders + bucket.Orders, failed + bucket.Failed, moment + (bucket.Orders * (i - Reach)));
                peak = Math.Max(peak, bucket.Orders);
            }

            (most, second) = peak > most ? (peak, most) : (most, Math.Max(second, peak));
            (means[week], slopes[week]) = (orders / Width, moment / Squares);
            for (var i = 0; i < Width; i++)
            {
                rests[(week * Width) + i] = Math.Abs(counts[(week * Width) + i].Orders - means[week] - (slopes[week] * (i - Reach)));
            }

            if (orders > 0)
            {
                shares[withOrders++] = failed / orders;
            }
        }

        var share = Median(shares[..withOrders]);
        for (var i = 0; i < withOrders; i++)
        {
            shares[i] = Math.Abs(shares[i] - share);
        }

        var mad = Median(rests);
        return new FlowUsual(Median(means), Median(slopes), mad, Scatter(rests, mad), second, share, Median(shares[..withOrders]), age);
    }

    // Where counts are small the median deviation is a step of a coarse ladder, so the squares are summed as well; what lies far out is drawn in, as it may have been
    // an anomaly. A line takes two of a week's deviations.
    private static double Scatter(ReadOnlySpan<double> rests, double mad)
    {
        var far = 3 * FlowUsual.Normal * Math.Max(mad, 1);
        var sum = 0.0;
        foreach (var rest in rests)
        {
            sum += Math.Pow(Math.Min(rest, far), 2);
        }

        return Math.Max(FlowUsual.Normal * mad, Math.Sqrt(sum / rests.Length * Width / (Width - 2)));
    }

    private ReadOnlySpan<FlowCounts> Week(int week) => _counts.AsSpan(week * Width, Width);

    private static double Median(Span<double> values)
    {
        values.Sort();
        return values.Length == 0 ? 0 : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
