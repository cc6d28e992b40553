namespace Fulfilment.Core.CardKeys;

/// <summary>Expiry dates as they are stored and compared: whole days since 0001-01-01.</summary>
public static class ExpiryDay
{
    /// <summary>The day of a key that does not expire; sorts last.</summary>
    public static readonly int Never = DateOnly.MaxValue.DayNumber;

    /// <summary>The day number; <see cref="Never"/> for none.</summary>
    public static int From(DateOnly? date) => date?.DayNumber ?? Never;

    /// <summary>The date; null for <see cref="Never"/>.</summary>
    public static DateOnly? ToDate(int day) => day == Never ? null : DateOnly.FromDayNumber(day);
}
