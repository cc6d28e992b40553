using System.Globalization;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Core.Tests.Jobs;

public sealed class JobScheduleTests
{
    private static readonly BusinessCalendar Shanghai = new(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
    private static readonly BusinessCalendar Berlin = new(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    [Theory]
    [InlineData(5, "2026-03-01T08:00:00.000Z", "2026-03-01T08:00:05.000Z")]
    [InlineData(5, "2026-03-01T08:00:04.999Z", "2026-03-01T08:00:05.000Z")]
    [InlineData(60, "2026-03-01T08:00:05.000Z", "2026-03-01T08:01:00.000Z")]
    [InlineData(600, "2026-03-01T23:59:59.000Z", "2026-03-02T00:00:00.000Z")]
    public void Interval_IsDueAtItsNextMultiple(int seconds, string started, string due) =>
        Assert.Equal(At(due), JobSchedule.Each(TimeSpan.FromSeconds(seconds)).NextAfter(At(started), Shanghai));

    [Theory]
    [InlineData("2026-03-01T08:00:00Z", "2026-03-01T19:30:00Z")]
    [InlineData("2026-03-01T19:29:59Z", "2026-03-01T19:30:00Z")]
    [InlineData("2026-03-01T19:30:00Z", "2026-03-02T19:30:00Z")]
    public void TimeOfDay_IsOfTheBusinessDay(string started, string due) =>
        Assert.Equal(At(due), JobSchedule.At(3, 30).NextAfter(At(started), Shanghai));

    /// <summary>In Berlin the clock goes from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.</summary>
    [Theory]
    [InlineData("2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("2026-10-24T12:00:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z")]
    public void TimeOfDayThatTheClockSkipsOrShowsTwice_ComesOnce(string started, string due) =>
        Assert.Equal(At(due), JobSchedule.At(2, 30).NextAfter(At(started), Berlin));

    [Fact]
    public void Table_NamesEachJobOnce_AndSaysWhatItDoes()
    {
        var jobs = RecurringJobs.All;

        Assert.Equal(jobs.Count, jobs.Select(job => job.Name).Distinct().Count());
        Assert.All(jobs, job => Assert.Matches("^[a-z][a-z-]{2,63}$", job.Name));
        Assert.All(jobs, job => Assert.EndsWith(".", job.Description, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, "every second")]
    [InlineData(5, "every 5 seconds")]
    [InlineData(60, "every minute")]
    [InlineData(90, "every 90 seconds")]
    [InlineData(3_600, "every hour")]
    public void Schedule_IsToldInWords(int seconds, string text) => Assert.Equal(text, JobSchedule.Each(TimeSpan.FromSeconds(seconds)).ToString());

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
