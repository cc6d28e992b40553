using System.Globalization;
using Fulfilment.Core.Alerts;

namespace Fulfilment.Core.Jobs;

/// <summary>Tells of recurring jobs that fail again and again, have not run for long, or are paused though money depends on them; a run that succeeds ends it.</summary>
public sealed class WatchJobs(IJobStore store, IEnumerable<JobHandler> handlers, MatchAlerts alerts, TimeProvider time)
{
    /// <summary>So many failures in a row are told.</summary>
    public const int ManyFailures = 3;

    // The cause says only these numbers, so that an alert that stands is not written with each failure.
    private static readonly int[] Steps = [ManyFailures, 10, 100, 1_000];

    /// <summary>Which jobs are in trouble, for people; null: none.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        var states = (await store.ListAsync(cancellation).ConfigureAwait(false)).ToDictionary(state => state.Name, StringComparer.Ordinal);
        var now = time.GetUtcNow();
        var troubled = handlers
            .Where(handler => states.ContainsKey(handler.Job.Name))
            .Select(handler => Look(handler.Job, states[handler.Job.Name], now))
            .OfType<NewAlert>().ToList();
        await alerts.RunAsync(AlertKind.JobFailing, "job:", troubled).ConfigureAwait(false);

        // The alerts say it; its own runs need not say it each minute.
        return null;
    }

    private static NewAlert? Look(RecurringJob job, JobState state, DateTimeOffset now)
    {
        var cause = state switch
        {
            { PausedAt: { } since, PausedBy: { } by } => job.PausedMeans is { } means
                ? AlertText.Of($"{by} paused the job {job.Name} at {Text(since)}.", $"{by} 于 {Text(since)} 暂停了任务 {job.Name}。") + means
                : null,
            { Failures: >= ManyFailures } => Failing(job, Steps.Last(step => step <= state.Failures)),
            { DueAt: { } due } when now - due > job.Patience => AlertText.Of(
                $"The job {job.Name} was due at {Text(due)} and has not run since: it hangs, or no host runs jobs.",
                $"任务 {job.Name} 应于 {Text(due)} 执行,至今未执行:它已挂起,或没有主机在执行任务。"),
            _ => null,
        };
        return cause is null
            ? null
            : new NewAlert(
                AlertKind.JobFailing, job.PausedMeans is not null && state.PausedAt is null ? AlertSeverity.Critical : AlertSeverity.Warning,
                $"job:{job.Name}", $"job:{job.Name}", cause);
    }

    private static AlertText Failing(RecurringJob job, int times) => AlertText.Of(
        $"The job {job.Name} has failed {times} times in a row or more; its last runs say why.", $"任务 {job.Name} 已连续失败至少 {times} 次;原因见其最近的运行记录。");

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
