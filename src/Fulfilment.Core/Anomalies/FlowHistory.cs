namespace Fulfilment.Core.Anomalies;

/// <summary>
/// Counts at hand: the last minutes, counted anew for a while since orders commit a little out of turn and fail later, and those buckets of earlier weeks that are
/// needed now. What has to be read at each step is what is new in it, however long the history.
/// </summary>
internal sealed class FlowHistory(IOrderFlow flow)
{
    /// <summary>An order that fails later than this after it was placed does not count as failed.</summary>
    public const int FailsWithinMinutes = 15;

    // Ids are made before their transaction commits.
    private const int LateMinutes = 2;

    private static readonly Dictionary<FlowScope, FlowCounts> None = [];

    private readonly Dictionary<long, Dictionary<FlowScope, FlowCounts>> _minutes = [];
    private readonly Dictionary<long, Dictionary<FlowScope, FlowCounts>> _buckets = [];
    private long _countedBefore;

    public IReadOnlyDictionary<FlowScope, FlowCounts> Minute(long minute) => _minutes.GetValueOrDefault(minute, None);

    public IReadOnlyDictionary<FlowScope, FlowCounts> Bucket(long bucket) => _buckets.GetValueOrDefault(bucket, None);

    /// <summary>A bucket of the last minutes.</summary>
    public IReadOnlyDictionary<FlowScope, FlowCounts> Recent(long bucket)
    {
        var sum = new Dictionary<FlowScope, FlowCounts>();
        for (var minute = bucket * FlowTime.BucketMinutes; minute < (bucket + 1) * FlowTime.BucketMinutes; minute++)
        {
            Add(sum, Minute(minute).Select(pair => new FlowCount(minute, pair.Key, pair.Value)));
        }

        return sum;
    }

    /// <summary>Brings the minutes before <paramref name="before"/> up to date.</summary>
    public async Task CountAsync(long before, CancellationToken cancellation)
    {
        var first = before - FlowWatchOptions.RecentMinutes;
        var from = Math.Max(first, _countedBefore - LateMinutes);
        var orders = await flow.CountOrdersAsync(from, before, 1, cancellation).ConfigureAwait(false);
        var failed = (await flow.CountFailedAsync(first, before, 1, cancellation).ConfigureAwait(false)).ToLookup(count => count.At);
        foreach (var minute in _minutes.Keys.Where(minute => minute < first || minute >= from).ToList())
        {
            _minutes.Remove(minute);
        }

        var counted = orders.ToLookup(count => count.At);
        for (var minute = from; minute < before; minute++)
        {
            _minutes[minute] = [];
            Add(_minutes[minute], counted[minute]);
        }

        foreach (var (minute, counts) in _minutes)
        {
            foreach (var pair in counts.Keys.ToList())
            {
                counts[pair] = counts[pair] with { Failed = 0 };
            }

            Add(counts, failed[minute]);
        }

        _countedBefore = before;
    }

    /// <summary>Has these kept buckets at hand, and no others.</summary>
    public async Task LoadAsync(IReadOnlyCollection<long> buckets, CancellationToken cancellation)
    {
        var needed = buckets.ToHashSet();
        foreach (var bucket in _buckets.Keys.Where(bucket => !needed.Contains(bucket)).ToList())
        {
            _buckets.Remove(bucket);
        }

        var missing = needed.Where(bucket => !_buckets.ContainsKey(bucket)).Order().ToList();
        for (int start = 0, end; start < missing.Count; start = end)
        {
            for (end = start + 1; end < missing.Count && missing[end] == missing[end - 1] + 1; end++)
            {
            }

            foreach (var bucket in missing[start..end])
            {
                _buckets.Add(bucket, []);
            }

            foreach (var count in await flow.ReadAsync(missing[start], missing[end - 1] + 1, cancellation).ConfigureAwait(false))
            {
                Add(_buckets[count.At], [count]);
            }
        }
    }

    private static void Add(Dictionary<FlowScope, FlowCounts> sum, IEnumerable<FlowCount> counts)
    {
        foreach (var count in counts)
        {
            sum[count.Pair] = sum.GetValueOrDefault(count.Pair) + count.Counts;
        }
    }
}
