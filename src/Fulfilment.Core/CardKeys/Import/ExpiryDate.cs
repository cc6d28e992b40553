namespace Fulfilment.Core.CardKeys.Import;

/// <summary>Dates as files write them: <c>2027-01-31</c>, <c>2027/1/31</c>, <c>20270131</c>; year first, always.</summary>
internal static class ExpiryDate
{
    private const int MinYear = 2000;

    // The last year of the calendar is left out, so that the day after an expiry still exists.
    private const int MaxYear = 9998;

    public static bool TryParse(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        if (text.Length is < 8 or > 10 || !TryParseDigits(text[..4], out var year))
            return false;

        var monthText = text[4..6];
        var dayText = text[6..];
        if (text[4] is (byte)'-' or (byte)'/')
        {
            var rest = text[5..];
            var middle = rest.IndexOf(text[4]);
            if (middle < 0)
                return false;
            monthText = rest[..middle];
            dayText = rest[(middle + 1)..];
        }
        else if (text.Length != 8)
        {
            return false;
        }

        if (!TryParseDigits(monthText, out var month) || !TryParseDigits(dayText, out var day))
            return false;
        if (year is < MinYear or > MaxYear || month is < 1 or > 12
            || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;

        date = new DateOnly(year, month, day);
        return true;
    }

    private static bool TryParseDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var b in text)
        {
            if (b is < (byte)'0' or > (byte)'9')
                return false;
            value = value * 10 + (b - '0');
        }

        return text.Length is 1 or 2 or 4;
    }
}
