using Fulfilment.Core.Checks;

namespace Fulfilment.Core.CardKeys;

/// <summary>
/// Counts entries by business day and holds them against the day roots. Entries do not say which node wrote them and need not: roots are sums,
/// so the sum over a day's nodes is the sum over the day's entries.
/// </summary>
internal sealed class CustodyDayCheck(ICustodySeal seal, BusinessCalendar calendar)
{
    private const int AnyNode = 0;

    private static readonly long LatestMs = DateTimeOffset.MaxValue.AddDays(-1).ToUnixTimeMilliseconds();

    private readonly SortedDictionary<int, CustodyDay> _counted = [];

    public void Count(CustodyEntry entry)
    {
        // A time that is none belongs to no day, so its true day comes out one short.
        if (entry.AtMs >= 0 && entry.AtMs <= LatestMs)
        {
            DayOf(_counted, calendar.DayOf(DateTimeOffset.FromUnixTimeMilliseconds(entry.AtMs))).Add(entry.Seal);
        }
    }

    /// <param name="stored">The roots.</param>
    /// <param name="findings">Gets what differs.</param>
    /// <param name="before">Only days before this one: what was counted of others may have gone on since.</param>
    public void Compare(IReadOnlyList<CustodyDay> stored, Findings<CustodyFault> findings, int before = int.MaxValue)
    {
        var sums = new SortedDictionary<int, CustodyDay>();
        foreach (var row in stored)
        {
            if (!row.Verify(seal))
            {
                findings.Add(CustodyFault.DaySealBroken, $"{Name(row.Day)}, node {row.Node}");
            }

            DayOf(sums, row.Day).Add(row);
        }

        foreach (var day in sums.Keys.Union(_counted.Keys).Where(day => day < before).Order())
        {
            var (counted, sum) = (DayOf(_counted, day), DayOf(sums, day));
            if (counted.Entries != sum.Entries)
            {
                findings.Add(CustodyFault.DayCountDiffers, Name(day), $"{counted.Entries} entries, the roots say {sum.Entries}");
            }
            else if (!counted.Root.Span.SequenceEqual(sum.Root.Span))
            {
                findings.Add(CustodyFault.DayRootDiffers, Name(day));
            }
        }
    }

    private static CustodyDay DayOf(SortedDictionary<int, CustodyDay> days, int day)
    {
        if (!days.TryGetValue(day, out var found))
        {
            days.Add(day, found = new CustodyDay(day, AnyNode));
        }

        return found;
    }

    private static string Name(int day) => day < 0 || day > DateOnly.MaxValue.DayNumber
        ? $"day number {day}"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"day {DateOnly.FromDayNumber(day):yyyy-MM-dd}");
}
