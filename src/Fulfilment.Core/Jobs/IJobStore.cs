using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Jobs;

/// <summary>Where recurring jobs stand, and what their runs came to. One row a job, for the whole cluster.</summary>
public interface IJobStore
{
    /// <summary>Every job that has a row: each that ever ran, was asked for or paused.</summary>
    Task<IReadOnlyList<JobState>> ListAsync(CancellationToken cancellation);

    /// <summary>One job's row; null when it has none yet.</summary>
    Task<JobState?> FindAsync(string name, CancellationToken cancellation);

    /// <summary>Asks for a run, audited; the node that holds the job sees it within a second.</summary>
    Task<JobState> RequestAsync(string name, Actor actor);

    /// <summary>Pauses a job or ends its pause, audited; what is so already stays as it is.</summary>
    Task<JobState> PauseAsync(string name, bool paused, string reason, Actor actor);

    /// <summary>Writes where a job stands after a run, unless the run was no longer this node's, and the run if it is to be remembered.</summary>
    Task RecordAsync(JobProgress? progress, JobRun? run);

    /// <summary>The last runs of a job that did something or failed, newest first.</summary>
    Task<IReadOnlyList<JobRun>> RunsAsync(string name, int limit, CancellationToken cancellation);

    /// <summary>Forgets runs from before then, and of each job all but the newest; tells how many.</summary>
    Task<int> ForgetRunsAsync(DateTimeOffset before, int mostOfAJob);
}

/// <summary>A recurring job's row.</summary>
/// <param name="Name">The job.</param>
public sealed record JobState(string Name)
{
    /// <summary>When it last began, as far as was written: looks that found nothing to do are written with the leases, every ten seconds.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it last succeeded, likewise.</summary>
    public DateTimeOffset? SucceededAt { get; init; }

    /// <summary>When it is due.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The node that wrote this.</summary>
    public int? Node { get; init; }

    /// <summary>Runs that failed since the last that succeeded.</summary>
    public int Failures { get; init; }

    /// <summary>When somebody asked for a run that has not been made yet.</summary>
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>Who.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Since when it is paused; null: it is not.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>By whom.</summary>
    public string? PausedBy { get; init; }

    /// <summary>Why.</summary>
    public string? PausedReason { get; init; }
}

/// <summary>Where a job stands after a run, or before its first.</summary>
/// <param name="Name">The job.</param>
/// <param name="StartedAt">When the last run began; null: none has.</param>
/// <param name="SucceededAt">When the last run that succeeded ended; null: as written before.</param>
/// <param name="DueAt">When the next is due.</param>
/// <param name="Failures">Runs that failed since the last that succeeded.</param>
/// <param name="Node">This node.</param>
/// <param name="Request">The request that the run answered: it is over, unless somebody has asked again meanwhile.</param>
public sealed record JobProgress(
    string Name, DateTimeOffset? StartedAt, DateTimeOffset? SucceededAt, DateTimeOffset DueAt, int Failures, int? Node, DateTimeOffset? Request);

/// <summary>A run of a recurring job.</summary>
/// <param name="Id">Time-ordered.</param>
/// <param name="Job">Which.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Node">Where.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Result">What it did, or what went wrong; never a code, a recipient or a secret.</param>
public sealed record JobRun(long Id, string Job, DateTimeOffset StartedAt, TimeSpan Duration, int Node, JobOutcome Outcome, string Result);

/// <summary>How a run ended. Stored as numbers.</summary>
public enum JobOutcome
{
    /// <summary>As it should.</summary>
    Done = 20,

    /// <summary>With an exception.</summary>
    Failed = 21,

    /// <summary>It took longer than the job may, and was cancelled.</summary>
    TimedOut = 22,

    /// <summary>This node lost the job's lease; whoever has it goes on.</summary>
    BrokenOff = 23,
}
