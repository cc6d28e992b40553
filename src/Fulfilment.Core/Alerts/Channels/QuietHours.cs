using System.Globalization;

namespace Fulfilment.Core.Alerts.Channels;

/// <summary>Hours of the day, in the business zone, in which warnings wait. They may go over midnight.</summary>
/// <param name="From">When they begin.</param>
/// <param name="To">When they end; other than <paramref name="From"/>.</param>
public sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>Reads <c>22:00-08:00</c>.</summary>
    public static bool TryParse(string? text, out QuietHours? hours)
    {
        hours = null;
        var parts = text?.Split('-') ?? [];
        if (parts.Length != 2 || !TryTime(parts[0], out var from) || !TryTime(parts[1], out var to) || from == to)
        {
            return false;
        }

        hours = new QuietHours(from, to);
        return true;
    }

    /// <summary>When the quiet hours that now lies in end; null: it lies in none.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset now, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var clock = TimeOnly.FromDateTime(local);
        var overMidnight = From > To;
        if (overMidnight ? clock < From && clock >= To : clock < From || clock >= To)
        {
            return null;
        }

        var day = DateOnly.FromDateTime(local).AddDays(overMidnight && clock >= From ? 1 : 0);
        return InstantOf(day.ToDateTime(To), now, zone);
    }

    // Where the clock is put forward the time may not exist, and the hours end with the gap; where it is put back it comes twice, and the first still to come counts.
    private static DateTimeOffset InstantOf(DateTime local, DateTimeOffset now, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        var offsets = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local) : [zone.GetUtcOffset(local)];
        var instants = offsets.Select(offset => new DateTimeOffset(local, offset)).Order().ToList();
        return instants.Find(instant => instant > now) is { Ticks: > 0 } next ? next.ToUniversalTime() : instants[^1].ToUniversalTime();
    }

    private static bool TryTime(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
