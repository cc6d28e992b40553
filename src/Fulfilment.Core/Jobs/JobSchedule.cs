using System.Globalization;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Jobs;

/// <summary>When a recurring job is due.</summary>
public abstract record JobSchedule
{
    private JobSchedule()
    {
    }

    /// <summary>Between two runs, as a rule.</summary>
    public abstract TimeSpan Period { get; }

    /// <summary>Whether a job that never ran is due at once. What happens at a time of the day waits for it.</summary>
    public abstract bool BeginsAtOnce { get; }

    /// <summary>When the run after one that began at <paramref name="started"/> is due.</summary>
    public abstract DateTimeOffset NextAfter(DateTimeOffset started, BusinessCalendar calendar);

    /// <summary>For people.</summary>
    public abstract override string ToString();

    /// <summary>Again and again, so far apart.</summary>
    public static JobSchedule Each(TimeSpan interval) => new Every(interval);

    /// <summary>Once a day, at a time of the business day.</summary>
    public static JobSchedule At(int hour, int minute) => new Daily(new TimeOnly(hour, minute));

    /// <summary>Again and again, at the multiples of an interval on the UTC clock, so that all nodes and engines mean the same moments.</summary>
    /// <param name="Interval">Between two such moments.</param>
    public sealed record Every(TimeSpan Interval) : JobSchedule
    {
        /// <inheritdoc/>
        public override TimeSpan Period => Interval;

        /// <inheritdoc/>
        public override bool BeginsAtOnce => true;

        /// <inheritdoc/>
        public override DateTimeOffset NextAfter(DateTimeOffset started, BusinessCalendar calendar) =>
            new(started.UtcTicks - (started.UtcTicks % Interval.Ticks) + Interval.Ticks, TimeSpan.Zero);

        /// <inheritdoc/>
        public override string ToString() => Interval switch
        {
            { TotalHours: >= 1 } when Interval.Ticks % TimeSpan.TicksPerHour == 0 => Text((long)Interval.TotalHours, "hour"),
            { TotalMinutes: >= 1 } when Interval.Ticks % TimeSpan.TicksPerMinute == 0 => Text((long)Interval.TotalMinutes, "minute"),
            _ => Text(Interval.TotalSeconds, "second"),
        };

        private static string Text(double count, string unit) =>
            count == 1 ? $"every {unit}" : string.Create(CultureInfo.InvariantCulture, $"every {count} {unit}s");
    }

    /// <summary>Once a day.</summary>
    /// <param name="Time">Of the business day.</param>
    public sealed record Daily(TimeOnly Time) : JobSchedule
    {
        /// <inheritdoc/>
        public override TimeSpan Period => TimeSpan.FromDays(1);

        /// <inheritdoc/>
        public override bool BeginsAtOnce => false;

        /// <inheritdoc/>
        public override DateTimeOffset NextAfter(DateTimeOffset started, BusinessCalendar calendar)
        {
            ArgumentNullException.ThrowIfNull(calendar);
            return calendar.NextAt(Time, started);
        }

        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"daily at {Time:HH:mm}");
    }
}
