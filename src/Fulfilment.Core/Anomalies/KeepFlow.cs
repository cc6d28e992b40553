namespace Fulfilment.Core.Anomalies;

/// <summary>
/// Keeps what was ordered, in buckets, as soon as it is as good as known what has failed of it. It goes on where it, or another node, left off, so a stop leaves no
/// gap; a database with orders from before begins with their last weeks.
/// </summary>
public sealed class KeepFlow(IOrderFlow flow, FlowWatchOptions options)
{
    // An hour of orders is counted in one query.
    private const int BucketsAPiece = 60 / FlowTime.BucketMinutes;

    // About so many rows keep other writers waiting for a few milliseconds.
    private const int RowsAtOnce = 500;

    /// <summary>Keeps what is missing, an hour at a time; false: somebody wants it to stop, or there is more than fits into one run.</summary>
    /// <param name="minute">The minute that has just begun.</param>
    /// <param name="mostPieces">So many hours at most.</param>
    /// <param name="cancellation">Ends it after the hour at hand.</param>
    public async Task<bool> RunAsync(long minute, int mostPieces, CancellationToken cancellation)
    {
        var end = (minute - FlowHistory.FailsWithinMinutes) / FlowTime.BucketMinutes;
        var kept = await flow.FindKeptAsync(cancellation).ConfigureAwait(false);
        var oldest = end - ((options.Weeks + 1) * FlowTime.BucketsPerWeek);
        for (var piece = 0; piece < mostPieces; piece++)
        {
            cancellation.ThrowIfCancellationRequested();
            var from = Math.Max(kept ?? await FindFirstAsync(end, cancellation).ConfigureAwait(false), oldest);
            if (kept is not null && from >= end)
            {
                return true;
            }

            var before = Math.Min(end, from + BucketsAPiece);
            var (first, last) = (from * FlowTime.BucketMinutes, before * FlowTime.BucketMinutes);
            var orders = await flow.CountOrdersAsync(first, last, FlowTime.BucketMinutes, cancellation).ConfigureAwait(false);
            var failed = await flow.CountFailedAsync(first, last, FlowTime.BucketMinutes, cancellation).ConfigureAwait(false);
            kept = await KeepAsync(kept, from, before, orders.Concat(failed)).ConfigureAwait(false);
        }

        return kept >= end;
    }

    private async Task<long> KeepAsync(long? kept, long from, long before, IEnumerable<FlowCount> counts)
    {
        var buckets = counts.ToLookup(count => count.At);
        var rows = new List<FlowCount>();
        for (var bucket = from; bucket < before; bucket++)
        {
            rows.AddRange(buckets[bucket].GroupBy(count => count.Pair)
                .Select(pair => new FlowCount(bucket, pair.Key, pair.Aggregate(default(FlowCounts), (sum, count) => sum + count.Counts))));
            if (rows.Count >= RowsAtOnce || bucket + 1 == before)
            {
                await flow.KeepAsync(kept, bucket + 1, rows, bucket + 1 - ((options.Weeks + 1) * FlowTime.BucketsPerWeek)).ConfigureAwait(false);
                (kept, rows) = (bucket + 1, []);
            }
        }

        return before;
    }

    private async Task<long> FindFirstAsync(long end, CancellationToken cancellation) =>
        Math.Min(end, (await flow.FindFirstMinuteAsync(cancellation).ConfigureAwait(false) ?? long.MaxValue) / FlowTime.BucketMinutes);
}
