using Fulfilment.Core.Storage;

namespace Fulfilment.Core.Anomalies;

/// <summary>
/// Order flow in the database: counted from the orders themselves by ranges of ids, so that intake writes nothing for it, and kept in buckets of five minutes.
/// Sandbox orders are no orders.
/// </summary>
public interface IOrderFlow
{
    /// <summary>Counts the orders that were placed in some minutes.</summary>
    /// <param name="fromMinute">The first minute (<see cref="FlowTime"/>).</param>
    /// <param name="beforeMinute">The minute after the last one.</param>
    /// <param name="span">How many minutes count together: 1, or a bucket's.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<FlowCount>> CountOrdersAsync(long fromMinute, long beforeMinute, int span, CancellationToken cancellation);

    /// <summary>Counts those of them in which a unit has failed by now; costs what has failed, and not what was ordered.</summary>
    /// <inheritdoc cref="CountOrdersAsync"/>
    Task<IReadOnlyList<FlowCount>> CountFailedAsync(long fromMinute, long beforeMinute, int span, CancellationToken cancellation);

    /// <summary>The minute of the oldest order; null: there is none.</summary>
    Task<long?> FindFirstMinuteAsync(CancellationToken cancellation);

    /// <summary>The bucket up to which, without it, all are kept; null: none is.</summary>
    Task<long?> FindKeptAsync(CancellationToken cancellation);

    /// <summary>Keeps buckets, and forgets some of the oldest.</summary>
    /// <param name="keptBefore">What <see cref="FindKeptAsync"/> has to say: anything else means that somebody else keeps them meanwhile.</param>
    /// <param name="kept">What it says from now on.</param>
    /// <param name="counts">The buckets between, by pair.</param>
    /// <param name="forgetBefore">Buckets before this one are not needed any more.</param>
    /// <exception cref="StorageConflictException">Somebody else keeps them; the next look goes on from there.</exception>
    Task KeepAsync(long? keptBefore, long kept, IReadOnlyCollection<FlowCount> counts, long forgetBefore);

    /// <summary>Kept buckets, by pair.</summary>
    Task<IReadOnlyList<FlowCount>> ReadAsync(long fromBucket, long beforeBucket, CancellationToken cancellation);
}

/// <summary>What was counted of a pair.</summary>
/// <param name="At">The minute, or the bucket.</param>
/// <param name="Pair">A storefront's SKU.</param>
/// <param name="Counts">How many.</param>
public sealed record FlowCount(long At, FlowScope Pair, FlowCounts Counts);
