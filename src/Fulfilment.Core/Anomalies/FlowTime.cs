using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Anomalies;

/// <summary>
/// Time as order flow is counted: in minutes, and for the weeks behind in buckets of five. Both are numbered from where ids begin, so that the minute of an order is
/// its id divided by <see cref="IdsPerMinute"/>.
/// </summary>
public static class FlowTime
{
    /// <summary>Of a bucket.</summary>
    public const int BucketMinutes = 5;

    /// <summary>Buckets of a week.</summary>
    public const long BucketsPerWeek = 7 * 24 * 60 / BucketMinutes;

    /// <summary>Ids that a minute has room for.</summary>
    public static readonly long IdsPerMinute = IdGenerator.FirstAt(IdGenerator.TimeOf(0).AddMinutes(1));

    /// <summary>The minute that a time is in.</summary>
    public static long MinuteOf(DateTimeOffset at) => IdGenerator.FirstAt(at) / IdsPerMinute;

    /// <summary>When a minute begins.</summary>
    public static DateTimeOffset StartOf(long minute) => IdGenerator.TimeOf(minute * IdsPerMinute);

    /// <summary>The same time of the week, by the clocks of the business zone, so many weeks before.</summary>
    public static long BucketBefore(long bucket, int weeks, BusinessCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        var at = StartOf(bucket * BucketMinutes);
        var moved = calendar.Zone.GetUtcOffset(at) - calendar.Zone.GetUtcOffset(at.AddDays(-7 * weeks));
        return bucket - (weeks * BucketsPerWeek) + ((long)moved.TotalMinutes / BucketMinutes);
    }
}
