using Fulfilment.Core.Auditing;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Core.Jobs;

/// <summary>What operators do with recurring jobs: ask for a run now, pause one, end its pause. On any node; the one that runs the job sees it within a second.</summary>
public sealed partial class SteerJob(IJobStore store, IEnumerable<JobHandler> handlers, IJobQueue queue, ILogger<SteerJob> log)
{
    private const int LongestReason = 500;

    private readonly Dictionary<string, RecurringJob> _jobs = handlers.ToDictionary(handler => handler.Job.Name, handler => handler.Job, StringComparer.Ordinal);

    /// <summary>Every job there is, by name.</summary>
    public IReadOnlyCollection<RecurringJob> Jobs { get; } = [.. handlers.Select(handler => handler.Job).OrderBy(job => job.Name, StringComparer.Ordinal)];

    /// <summary>Asks for one run, also of a paused job; asking twice before it begins asks once. Or <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<JobState>> RunNowAsync(string name, Actor actor)
    {
        if (!_jobs.ContainsKey(name))
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var state = await store.RequestAsync(name, actor).ConfigureAwait(false);
        queue.RunNow(name);
        return state;
    }

    /// <summary>Pauses the job or ends its pause; a run that is under way ends as it would. Or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<JobState>> PauseAsync(string name, bool paused, string? reason, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!_jobs.TryGetValue(name, out var job))
        {
            return new Refusal(RefusalCode.NotFound);
        }

        if (Field.Text(reason, "/reason", LongestReason, required: true) is { } refusal)
        {
            return refusal;
        }

        var state = await store.PauseAsync(name, paused, reason!, actor).ConfigureAwait(false);
        if (paused && job.PausedMeans is { } means)
        {
            LogPaused(name, actor.Name, means.English);
        }

        return state;
    }

    [LoggerMessage(1, LogLevel.Warning, "The job {Job} was paused by {Actor}. {Means}")]
    private partial void LogPaused(string job, string actor, string means);
}
