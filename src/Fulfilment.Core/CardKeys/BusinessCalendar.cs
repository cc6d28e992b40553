namespace Fulfilment.Core.CardKeys;

/// <summary>The zone in which a day is cut and a code's <c>expiresOn</c> ends.</summary>
public sealed class BusinessCalendar(TimeProvider time, TimeZoneInfo zone)
{
    /// <summary>The business zone.</summary>
    public TimeZoneInfo Zone => zone;

    /// <summary>Today's day number in the business zone.</summary>
    public int Today => DayOf(time.GetUtcNow());

    /// <summary>The day number, in the business zone, of a time.</summary>
    public int DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime).DayNumber;

    /// <summary>The first moment after <paramref name="after"/> at which clocks in the business zone show this time; where they skip it, the moment at which they do.</summary>
    public DateTimeOffset NextAt(TimeOnly clock, DateTimeOffset after)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime);
        var at = AtOn(day, clock);
        return at > after ? at : AtOn(day.AddDays(1), clock);
    }

    private DateTimeOffset AtOn(DateOnly day, TimeOnly clock)
    {
        var local = day.ToDateTime(clock);
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        return new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(local, zone), TimeSpan.Zero);
    }
}
