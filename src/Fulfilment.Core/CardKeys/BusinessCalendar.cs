namespace Fulfilment.Core.CardKeys;

/// <summary>The zone in which a day is cut and a code's <c>expiresOn</c> ends.</summary>
public sealed class BusinessCalendar(TimeProvider time, TimeZoneInfo zone)
{
    /// <summary>Today's day number in the business zone.</summary>
    public int Today => DayOf(time.GetUtcNow());

    /// <summary>The day number, in the business zone, of a time.</summary>
    public int DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime).DayNumber;
}
