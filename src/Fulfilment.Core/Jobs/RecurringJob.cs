using Fulfilment.Core.Alerts;

namespace Fulfilment.Core.Jobs;

/// <summary>A job that one node of the cluster at a time repeats, as every engine sees it. All there are: <see cref="RecurringJobs"/>.</summary>
/// <param name="Name">Of its lease, its row and its runs: lower case with hyphens, at most 64 characters; never changes.</param>
/// <param name="Schedule">When it is due.</param>
/// <param name="Description">What it does, in a line.</param>
public sealed record RecurringJob(string Name, JobSchedule Schedule, string Description)
{
    /// <summary>A run that takes longer is cancelled.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What becomes of money while it is paused, for whoever pauses it; null: nothing.</summary>
    public AlertText? PausedMeans { get; init; }

    /// <summary>How late it may be before somebody is told.</summary>
    public TimeSpan Patience => TimeLimit + TimeSpan.FromMinutes(10) + (Schedule is JobSchedule.Every every ? 3 * every.Interval : TimeSpan.Zero);
}

/// <summary>A recurring job with what carries it out on this node.</summary>
/// <param name="Job">The job.</param>
/// <param name="RunAsync">
/// One run: what was done, for people and without codes, recipients or secrets; null when there was nothing to do. The rows are the truth: a run that is made twice,
/// or broken off when the token is cancelled, does no harm.
/// </param>
public sealed record JobHandler(RecurringJob Job, Func<CancellationToken, Task<string?>> RunAsync);
