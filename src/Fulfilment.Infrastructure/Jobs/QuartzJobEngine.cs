using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Fulfilment.Infrastructure.Jobs;

/// <summary>
/// Quartz in this process, with its times in memory: each start makes them anew from the table of jobs. On every node of a cluster it ticks every job, and the
/// leases decide which node runs one.
/// </summary>
public sealed class QuartzJobEngine(BusinessCalendar calendar, TimeProvider time) : IJobEngine
{
    // A tick that is later than this is one tick, however many were missed.
    private static readonly TimeSpan MisfireThreshold = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name => "Quartz";

    /// <inheritdoc/>
    public async Task RunAsync(IReadOnlyList<RecurringJob> jobs, Func<string, CancellationToken, Task> tick, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var scheduler = await BuildAsync(jobs, tick, stopping).ConfigureAwait(false);
        try
        {
            await scheduler.Start(stopping).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping).ConfigureAwait(false);
        }
        finally
        {
            // Runs are ended by their runner, which waits for them.
            await scheduler.Shutdown(waitForJobsToComplete: true, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>A scheduler that holds all jobs and does not run yet.</summary>
    internal async Task<IScheduler> BuildAsync(IReadOnlyList<RecurringJob> jobs, Func<string, CancellationToken, Task> tick, CancellationToken cancellation)
    {
        var scheduler = await QuartzSchedulerBuilder.Create(quartz =>
        {
            quartz.Services.AddSingleton(tick);
            quartz.UseTimeProvider(time)
                .ConfigureScheduler(options => options.InstanceName = $"fulfilment-{Guid.NewGuid():N}")
                // One that hangs keeps no other waiting.
                .UseDefaultThreadPool(Math.Max(1, jobs.Count))
                .UseInMemoryStore(options => options.MisfireThreshold = MisfireThreshold);
        }).BuildScheduler(cancellation).ConfigureAwait(false);
        foreach (var job in jobs)
        {
            await scheduler.ScheduleJob(
                JobBuilder.Create<Tick>().WithIdentity(job.Name).Build(), TriggerOf(job), cancellationToken: cancellation).ConfigureAwait(false);
        }

        return scheduler;
    }

    private ITrigger TriggerOf(RecurringJob job)
    {
        var trigger = TriggerBuilder.Create(time).WithIdentity(job.Name).StartAt(job.Schedule.NextAfter(time.GetUtcNow(), calendar));
        return job.Schedule switch
        {
            JobSchedule.Every every => trigger.WithSchedule(
                SimpleScheduleBuilder.Create().WithInterval(every.Interval).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow)).Build(),
            JobSchedule.Daily daily => trigger.WithSchedule(
                CronScheduleBuilder.Create($"0 {daily.Time.Minute} {daily.Time.Hour} * * ?").InTimeZone(calendar.Zone)
                    .WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build(),
            var other => throw new InvalidOperationException($"{other} is no schedule."),
        };
    }

    /// <summary>One at a time for each job.</summary>
    [DisallowConcurrentExecution]
    private sealed class Tick(Func<string, CancellationToken, Task> tick) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
            await tick(context.JobDetail.Key.Name, cancellationToken).ConfigureAwait(false);
    }
}
