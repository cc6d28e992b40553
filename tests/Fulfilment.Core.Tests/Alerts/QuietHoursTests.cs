using System.Globalization;
using Fulfilment.Core.Alerts.Channels;

namespace Fulfilment.Core.Tests.Alerts;

public sealed class QuietHoursTests
{
    [Theory]
    [InlineData("Asia/Shanghai", "22:00-08:00", "2026-03-01T13:59:59Z", null)]
    [InlineData("Asia/Shanghai", "22:00-08:00", "2026-03-01T14:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("Asia/Shanghai", "22:00-08:00", "2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z")]
    [InlineData("Asia/Shanghai", "22:00-08:00", "2026-03-02T00:00:00Z", null)]
    [InlineData("Asia/Shanghai", "12:00-14:00", "2026-03-02T05:00:00Z", "2026-03-02T06:00:00Z")]
    [InlineData("Asia/Shanghai", "12:00-14:00", "2026-03-02T06:00:00Z", null)]

    // The night in which the clock goes from 02:00 to 03:00 is an hour shorter, and a time that does not exist ends with the gap.
    [InlineData("Europe/Berlin", "22:00-08:00", "2026-03-28T22:30:00Z", "2026-03-29T06:00:00Z")]
    [InlineData("Europe/Berlin", "22:00-02:30", "2026-03-28T22:30:00Z", "2026-03-29T01:00:00Z")]

    // The night in which 03:00 is 02:00 once more: the hours end when the clock first says so, and lie again before it says so a second time.
    [InlineData("Europe/Berlin", "22:00-08:00", "2026-10-24T21:30:00Z", "2026-10-25T07:00:00Z")]
    [InlineData("Europe/Berlin", "22:00-02:30", "2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("Europe/Berlin", "22:00-02:30", "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z")]
    public void EndOf_FollowsTheClockOfTheZone(string zone, string hours, string now, string? end)
    {
        Assert.True(QuietHours.TryParse(hours, out var quiet));

        Assert.Equal(
            end is null ? null : DateTimeOffset.Parse(end, CultureInfo.InvariantCulture),
            quiet!.EndOf(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone)));
    }

    [Theory]
    [InlineData("22-8")]
    [InlineData("22:00")]
    [InlineData("08:00-08:00")]
    [InlineData("24:00-08:00")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_RefusesWhatIsNoHours(string? text) => Assert.False(QuietHours.TryParse(text, out _));
}
