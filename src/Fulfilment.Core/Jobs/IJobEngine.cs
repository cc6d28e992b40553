namespace Fulfilment.Core.Jobs;

/// <summary>
/// Keeps the time of the recurring jobs of <see cref="RecurringJobs"/> on a node that runs jobs, and makes due work prompt. It owns no state that matters: what it
/// forgets or does twice is made good by the rows, which are swept.
/// </summary>
public interface IJobEngine
{
    /// <summary>Its name in the settings: <c>Quartz</c>.</summary>
    string Name { get; }

    /// <summary>How late its ticks may be as a rule: only later than that the sweep runs a job in its place.</summary>
    TimeSpan Lag => TimeSpan.Zero;

    /// <summary>Ticks each job at its times until stopped. An exception ends it; it is then started anew after a while.</summary>
    /// <param name="jobs">Those of this node.</param>
    /// <param name="tick">
    /// To be called when a job is due, and at any other time: the job runs inside the call if it is due by its row and this node's to run. Otherwise the call costs
    /// next to nothing.
    /// </param>
    /// <param name="stopping">The host stops.</param>
    Task RunAsync(IReadOnlyList<RecurringJob> jobs, Func<string, CancellationToken, Task> tick, CancellationToken stopping);
}
