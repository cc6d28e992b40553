using Fulfilment.Core.Anomalies;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Tests.Anomalies;

/// <summary>Lets the detector look at made weeks, minute by minute, as the job does.</summary>
public static class FlowRun
{
    // A Monday, as the first minute of made weeks is.
    private static readonly long First = FlowTime.MinuteOf(new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));

    /// <summary>What is found from a week on, and when, in minutes of the weeks.</summary>
    public static List<(int At, FlowIncident Incident)> Find(FlowWeeks weeks, FlowWatchOptions options, int fromWeek, int toWeek)
    {
        var detector = new FlowDetector(options, new BusinessCalendar(TimeProvider.System, TimeZoneInfo.Utc));
        var buckets = new Dictionary<long, Dictionary<FlowScope, FlowCounts>>();
        var found = new List<(int, FlowIncident)>();
        Dictionary<FlowScope, FlowCounts> Bucket(long bucket)
        {
            if (!buckets.TryGetValue(bucket, out var counts))
            {
                var first = (int)((bucket * FlowTime.BucketMinutes) - First);
                buckets.Add(bucket, counts = first < 0 ? [] : weeks.Bucket(first));
            }

            return counts;
        }

        // Two hours earlier, so that the levels have come in.
        for (var minute = (fromWeek * FlowWeeks.MinutesPerWeek) - 120; minute < toWeek * FlowWeeks.MinutesPerWeek; minute++)
        {
            var bucket = (First + minute) / FlowTime.BucketMinutes;
            if (minute % FlowTime.BucketMinutes == 0)
            {
                detector.MoveTo(bucket, Bucket(bucket - 1), Bucket);
            }

            if (minute < fromWeek * FlowWeeks.MinutesPerWeek)
            {
                continue;
            }

            var known = detector.Incidents.ToHashSet();
            detector.Judge(First + minute, at => weeks.Known((int)(at - First), minute));
            found.AddRange(detector.Incidents.Where(incident => !known.Contains(incident)).Select(incident => (minute + 1, incident)));
        }

        return found;
    }
}
