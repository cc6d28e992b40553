using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Jobs;
using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using RecurringJob = Fulfilment.Core.Jobs.RecurringJob;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>Keeps Hangfire's list of recurring jobs in step with the one table: what is new is added, what is paused has no next time, and what is no more is removed.</summary>
public sealed class RecurringList(JobStorage storage, IRecurringJobManager manager, IJobStore states, BusinessCalendar calendar)
{
    private static readonly string Paused = Cron.Never();

    /// <summary>Makes the list agree; only what differs is written. It may throw whatever the storage throws.</summary>
    public async Task AgreeAsync(IReadOnlyList<RecurringJob> jobs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var paused = (await states.ListAsync(cancellation).ConfigureAwait(false)).Where(state => state.PausedAt is not null).Select(state => state.Name).ToHashSet(StringComparer.Ordinal);
        var listed = Listed();
        foreach (var job in jobs)
        {
            var cron = paused.Contains(job.Name) ? Paused : CronText.Of(job.Schedule);
            var zone = job.Schedule is JobSchedule.Daily ? calendar.Zone : TimeZoneInfo.Utc;
            if (!listed.TryGetValue(job.Name, out var known) || known.Cron != cron || known.TimeZoneId != zone.Id || known.Error is not null)
            {
                manager.AddOrUpdate(job.Name, Job.FromExpression<RecurringTicks>(ticks => ticks.RunAsync(job.Name, CancellationToken.None)), cron, new RecurringJobOptions { TimeZone = zone });
            }
        }

        foreach (var gone in listed.Keys.Except(jobs.Select(job => job.Name), StringComparer.Ordinal))
        {
            manager.RemoveIfExists(gone);
        }
    }

    private Dictionary<string, RecurringJobDto> Listed()
    {
        using var connection = storage.GetConnection();
        return connection.GetRecurringJobs().ToDictionary(job => job.Id, StringComparer.Ordinal);
    }
}
