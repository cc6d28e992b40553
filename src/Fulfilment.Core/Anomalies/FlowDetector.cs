using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Anomalies;

/// <summary>
/// Finds what is unusual in the counts it is given: no clock, no storage. For each minute that is over, in turn: <see cref="MoveTo"/> where it begins a bucket, then
/// <see cref="Judge"/>.
/// </summary>
public sealed class FlowDetector(FlowWatchOptions options, BusinessCalendar calendar)
{
    private const double AsUnusual = 0.9;

    private readonly JudgeFlow _judge = new(options);
    private readonly Dictionary<FlowScope, FlowSeries> _series = [];
    private readonly Dictionary<FlowScope, FlowSeries[]> _seriesOf = [];
    private readonly List<FlowIncident> _incidents = [];
    private readonly List<FlowIncident> _over = [];
    private long _bucket = long.MinValue;

    /// <summary>What goes on, by when it began.</summary>
    public IReadOnlyList<FlowIncident> Incidents => _incidents;

    /// <summary>Goes on with what another process has found, and with nothing else.</summary>
    public void Resume(IEnumerable<FlowIncident> incidents)
    {
        _incidents.Clear();
        _incidents.AddRange(incidents);
    }

    /// <summary>The buckets of earlier weeks that a bucket is held against.</summary>
    public IEnumerable<long> PatternOf(long bucket) =>
        from week in Enumerable.Range(1, options.Weeks)
        let middle = FlowTime.BucketBefore(bucket, week, calendar)
        from index in Enumerable.Range(-FlowSamples.Reach, FlowSamples.Width)
        select middle + index;

    /// <summary>Goes on to the next bucket, or begins at any.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="last">What the bucket before it came to, by pair.</param>
    /// <param name="pattern">The counts, by pair, of each bucket of <see cref="PatternOf"/>.</param>
    public void MoveTo(long bucket, IReadOnlyDictionary<FlowScope, FlowCounts> last, Func<long, IReadOnlyDictionary<FlowScope, FlowCounts>> pattern)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(pattern);
        if (bucket == _bucket + 1)
        {
            Follow(last);
        }

        foreach (var series in _series.Values)
        {
            series.ClearPattern();
        }

        var position = 0;
        foreach (var earlier in PatternOf(bucket))
        {
            foreach (var (pair, counts) in pattern(earlier))
            {
                foreach (var series in SeriesOf(pair))
                {
                    series.AddPattern(position / FlowSamples.Width, position % FlowSamples.Width, counts);
                }
            }

            position++;
        }

        _bucket = bucket;
    }

    /// <summary>Looks at the minutes up to and with this one, which lies in the bucket it moved to; <see cref="Incidents"/> says what has come of it.</summary>
    /// <param name="minute">The last minute that is over.</param>
    /// <param name="counts">The counts, by pair, of a minute.</param>
    /// <param name="reach">So many minutes back it may look; what is before says nothing.</param>
    public void Judge(long minute, Func<long, IReadOnlyDictionary<FlowScope, FlowCounts>> counts, long reach = FlowWatchOptions.RecentMinutes)
    {
        ArgumentNullException.ThrowIfNull(counts);
        foreach (var series in _series.Values)
        {
            series.ClearRecent();
        }

        for (var age = 0; age < FlowWatchOptions.RecentMinutes; age++)
        {
            foreach (var (pair, count) in counts(minute - age))
            {
                foreach (var series in SeriesOf(pair))
                {
                    series.AddRecent(age, count);
                }
            }
        }

        _over.RemoveAll(incident => minute - incident.HeldAt >= FlowWatchOptions.RecentMinutes);
        var offset = minute + 1 - ((_bucket + 0.5) * FlowTime.BucketMinutes);
        JudgeOne(minute, offset, reach, ofShare: false);
        JudgeOne(minute, offset, reach, ofShare: true);
    }

    private void JudgeOne(long minute, double offset, long reach, bool ofShare)
    {
        var rest = new FlowRest(_series, _seriesOf);
        foreach (var incident in _incidents.Where(incident => incident.IsOfShare == ofShare).ToList())
        {
            if (rest.Of(incident.Scope) is { } series && _judge.Holds(series, offset, incident.Kind) is { } now)
            {
                incident.Hold(minute, now);
            }

            if (minute - incident.HeldAt >= FlowIncident.ClearAfterMinutes)
            {
                _incidents.Remove(incident);
                _over.Add(incident);
            }
            else
            {
                rest.Explain(incident.Scope);
            }
        }

        long Reach(FlowScope scope) => _over.Where(incident => incident.IsOfShare == ofShare && incident.Scope.Meets(scope))
            .Select(incident => minute - incident.HeldAt).Append(reach).Min();

        var suspects = rest.All.Select(series => _judge.Find(series, offset, ofShare, Reach(series.Scope))).OfType<FlowAnomaly>().ToList();
        while (suspects.MaxBy(found => found.Score) is { } worst)
        {
            var anomaly = Widen(rest, Narrow(worst, suspects), suspects, offset);
            _incidents.Add(new FlowIncident(minute, anomaly));
            rest.Explain(anomaly.Scope);
            suspects = [.. suspects.Select(found => _judge.Find(rest.Of(found.Scope)!, offset, ofShare, Reach(found.Scope))).OfType<FlowAnomaly>()];
        }
    }

    // A storefront that sells one SKU is as unusual as that SKU there: what is said should be as narrow as it can be.
    private static FlowAnomaly Narrow(FlowAnomaly worst, List<FlowAnomaly> suspects) => suspects
        .Where(found => found.Kind == worst.Kind && found.Score >= AsUnusual * worst.Score && worst.Scope.Contains(found.Scope))
        .MaxBy(found => (Math.Sign(found.Scope.StorefrontId) + Math.Sign(found.Scope.SkuId), found.Score))!;

    // Where what is around the most unusual is unusual in the same way without it, the cause is around it: one message, and not one for each part.
    private FlowAnomaly Widen(FlowRest rest, FlowAnomaly worst, List<FlowAnomaly> suspects, double offset)
    {
        foreach (var around in FlowRest.Around(worst.Scope))
        {
            var wider = suspects.Find(found => found.Scope == around && found.Kind == worst.Kind);
            if (wider is not null && _judge.Holds(rest.Without(around, worst.Scope), offset, worst.Kind) is not null)
            {
                return Widen(rest, wider, suspects, offset);
            }
        }

        return worst;
    }

    private void Follow(IReadOnlyDictionary<FlowScope, FlowCounts> last)
    {
        var sums = new Dictionary<FlowSeries, long>();
        foreach (var (pair, counts) in last)
        {
            foreach (var series in SeriesOf(pair))
            {
                sums[series] = sums.GetValueOrDefault(series) + counts.Orders;
            }
        }

        foreach (var series in _series.Values)
        {
            series.Level.Follow(series.Usual, sums.GetValueOrDefault(series));
        }
    }

    private FlowSeries[] SeriesOf(FlowScope pair)
    {
        if (!_seriesOf.TryGetValue(pair, out var all))
        {
            all = [.. new[] { pair, pair with { SkuId = 0 }, pair with { StorefrontId = 0 }, FlowScope.All }.Select(Series)];
            _seriesOf.Add(pair, all);
        }

        return all;
    }

    private FlowSeries Series(FlowScope scope)
    {
        if (!_series.TryGetValue(scope, out var series))
        {
            var wider = scope == FlowScope.All ? null : Series(scope.IsPair ? scope with { SkuId = 0 } : FlowScope.All).Level;
            series = new FlowSeries(scope, new FlowSamples(options.Weeks), new FlowLevel(wider), options.WarmUpWeeks);
            _series.Add(scope, series);
        }

        return series;
    }
}
