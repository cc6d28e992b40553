namespace Fulfilment.Core.Anomalies;

/// <summary>The orders of one scope: the weeks behind, the last minutes, and what is usual.</summary>
internal sealed class FlowSeries(FlowScope scope, FlowSamples samples, FlowLevel level, int warmUpWeeks)
{
    private readonly FlowCounts[] _recent = new FlowCounts[FlowWatchOptions.RecentMinutes];
    private readonly FlowSamples _samples = samples;
    private FlowUsual? _usual;
    private bool _isEstimated;

    public FlowScope Scope => scope;

    public FlowLevel Level => level;

    /// <summary>What is usual now; null: there is no pattern yet.</summary>
    public FlowUsual? Usual
    {
        get
        {
            if (!_isEstimated)
            {
                (_usual, _isEstimated) = (_samples.Estimate(warmUpWeeks), true);
            }

            return _usual;
        }
    }

    public void ClearPattern()
    {
        _samples.Clear();
        _isEstimated = false;
    }

    /// <summary>Counts into a bucket of the pattern.</summary>
    public void AddPattern(int week, int index, FlowCounts counts) => _samples.Add(week, index, counts);

    /// <summary>Counts into the last minutes.</summary>
    /// <param name="age">0: the minute that has just ended.</param>
    /// <param name="counts">What to add.</param>
    public void AddRecent(int age, FlowCounts counts) => _recent[age] += counts;

    public void ClearRecent() => Array.Clear(_recent);

    public FlowCounts Sum(int minutes)
    {
        var sum = default(FlowCounts);
        for (var age = 0; age < minutes; age++)
        {
            sum += _recent[age];
        }

        return sum;
    }

    /// <summary>The same for taking parts out of it.</summary>
    public FlowSeries Copy()
    {
        var copy = new FlowSeries(scope, _samples.Copy(), level, warmUpWeeks);
        _recent.CopyTo(copy._recent, 0);
        return copy;
    }

    public void Subtract(FlowSeries part)
    {
        _samples.Subtract(part._samples);
        for (var age = 0; age < _recent.Length; age++)
        {
            _recent[age] -= part._recent[age];
        }

        _isEstimated = false;
    }
}
