using System.Globalization;
using Fulfilment.Core.Jobs;
using Hangfire;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>Schedules as Hangfire writes them. Where cron cannot say one, it says a more frequent one: a tick that comes too soon does nothing.</summary>
internal static class CronText
{
    /// <summary>What is due more often than this is ticked in process: one job a second would drown everything else that the dashboard shows.</summary>
    public static readonly TimeSpan Finest = TimeSpan.FromMinutes(1);

    private const long HourMinutes = 60, DayMinutes = 24 * HourMinutes;

    /// <summary>The cron expression: of a daily time in the business zone, of all others in UTC.</summary>
    public static string Of(JobSchedule schedule) => schedule switch
    {
        JobSchedule.Daily daily => Cron.Daily(daily.Time.Hour, daily.Time.Minute),
        JobSchedule.Every every => Of((long)every.Interval.TotalMinutes),
        _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, "No such schedule."),
    };

    private static string Of(long minutes)
    {
        var common = Common(Math.Max(1, minutes), DayMinutes);
        return common % HourMinutes == 0
            ? string.Create(CultureInfo.InvariantCulture, $"0 */{common / HourMinutes} * * *")
            : string.Create(CultureInfo.InvariantCulture, $"*/{Common(common, HourMinutes)} * * * *");
    }

    private static long Common(long one, long other) => other == 0 ? one : Common(other, one % other);
}
