using System.Reflection;
using Cronos;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Jobs;
using Fulfilment.Hangfire.Jobs;
using Fulfilment.Host.Tests;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using RecurringJob = Fulfilment.Core.Jobs.RecurringJob;

namespace Fulfilment.Hangfire.Tests.Jobs;

/// <summary>Hangfire's list of recurring jobs says what the one table says.</summary>
public sealed class RecurringListTests(HangfireHost hangfire) : IClassFixture<HangfireHost>
{
    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    public static TheoryData<string> Names => [.. Table().Select(job => job.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Cron_IsDueWhenTheTableSaysSo(string name)
    {
        var schedule = Table().Single(job => job.Name == name).Schedule;
        if (schedule.Period < TimeSpan.FromMinutes(1))
        {
            return;
        }

        var calendar = new BusinessCalendar(TimeProvider.System, Shanghai);
        var cron = CronExpression.Parse(CronText.Of(schedule));
        var at = new DateTimeOffset(2027, 3, 14, 1, 23, 45, TimeSpan.Zero);
        for (var i = 0; i < 50; i++)
        {
            var next = schedule.NextAfter(at, calendar);
            Assert.Equal(next, cron.GetNextOccurrence(next.AddSeconds(-1), schedule is JobSchedule.Daily ? Shanghai : TimeZoneInfo.Utc));
            at = next;
        }
    }

    [Theory]
    [InlineData(1, "*/1 * * * *")]
    [InlineData(5, "*/5 * * * *")]
    [InlineData(45, "*/15 * * * *")]
    [InlineData(7, "*/1 * * * *")]
    [InlineData(60, "0 */1 * * *")]
    [InlineData(90, "*/30 * * * *")]
    [InlineData(360, "0 */6 * * *")]
    public void WhatCronCannotSay_IsSaidMoreOften(int minutes, string cron) => Assert.Equal(cron, CronText.Of(JobSchedule.Each(TimeSpan.FromMinutes(minutes))));

    [Fact]
    public async Task List_HasEveryJobOfTheTable_AndNoOther()
    {
        var manager = new RecurringJobManager(hangfire.Storage);
        manager.AddOrUpdate<RecurringTicks>("left-over", ticks => ticks.RunAsync("left-over", CancellationToken.None), Cron.Minutely());
        var jobs = hangfire.Host.Services.GetServices<JobHandler>().Select(handler => handler.Job).ToList();

        await hangfire.Host.Services.GetRequiredService<RecurringList>().AgreeAsync(jobs, TestContext.Current.CancellationToken);

        using var connection = hangfire.Storage.GetConnection();
        var listed = connection.GetRecurringJobs().ToDictionary(job => job.Id);
        Assert.NotEmpty(jobs);
        Assert.Equal(jobs.Select(job => job.Name).Order(StringComparer.Ordinal), listed.Keys.Order(StringComparer.Ordinal));
        Assert.All(jobs, job => Assert.Equal(job.Schedule is JobSchedule.Daily ? "Asia/Shanghai" : "UTC", listed[job.Name].TimeZoneId));
    }

    private static IEnumerable<RecurringJob> Table() =>
        typeof(RecurringJobs).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<RecurringJob>();
}
