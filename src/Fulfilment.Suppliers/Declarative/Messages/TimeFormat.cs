using System.Buffers;
using System.Globalization;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>How suppliers write times: <c>s</c> or <c>ms</c> since 1970, or a date in their zone.</summary>
public static class TimeFormat
{
    /// <summary>Seconds since 1970.</summary>
    public const string Seconds = "s";

    /// <summary>Milliseconds since 1970.</summary>
    public const string Milliseconds = "ms";

    // 'T' stands for itself in .NET; every other letter here is a part of a date.
    private static readonly SearchValues<char> Pattern = SearchValues.Create("yMdHmsfzT-/:. ");

    /// <summary>Whether times can be written so.</summary>
    public static bool IsValid(string format) =>
        format is Seconds or Milliseconds || (format.StartsWith("yyyy", StringComparison.Ordinal) && format.Length <= 40 && !format.AsSpan().ContainsAnyExcept(Pattern));

    /// <summary>The time in that format.</summary>
    public static string Write(DateTimeOffset time, string format, TimeZoneInfo zone) => format switch
    {
        Seconds => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        Milliseconds => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        _ => TimeZoneInfo.ConvertTime(time, zone).ToString(format, CultureInfo.InvariantCulture),
    };

    /// <summary>The day that a text in that format names, or null.</summary>
    public static DateOnly? ReadDay(string text, string format, TimeZoneInfo zone)
    {
        if (format is not (Seconds or Milliseconds))
        {
            return DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? DateOnly.FromDateTime(day) : null;
        }

        const long LastSecond = 253_402_300_799;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var seconds = format == Milliseconds ? number / 1000 : number;
        return seconds > LastSecond - 86_400 ? null : DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), zone).DateTime);
    }
}
