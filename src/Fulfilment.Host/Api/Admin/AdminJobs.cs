using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Recurring jobs, as operators see and steer them.</summary>
internal static class AdminJobs
{
    private const int RunsInList = 5;
    private const int RunsOfOne = 100;

    public static void MapAdminJobs(this RouteGroupBuilder admin)
    {
        admin.MapGet("/jobs", ListAsync).WithName("ListJobs").WithSummary("Lists recurring jobs with their last runs.").Refuses(RefusalCode.InvalidRequest);
        admin.MapGet("/jobs/{name}", GetAsync).WithName("GetJob").WithSummary("Shows a recurring job with more of its runs.");
        admin.MapPost("/jobs/{name}/run", RunAsync).WithName("RunJob").WithSummary("Asks for a run of a recurring job now.");
        admin.MapPost("/jobs/{name}/pause", (string name, JsonBody<PauseReason> body, Caller caller, SteerJob steer, IJobStore store, CancellationToken cancellation) =>
            PauseAsync(name, paused: true, body, caller, steer, store, cancellation)).WithName("PauseJob").WithSummary("Pauses a recurring job.");
        admin.MapPost("/jobs/{name}/resume", (string name, JsonBody<PauseReason> body, Caller caller, SteerJob steer, IJobStore store, CancellationToken cancellation) =>
            PauseAsync(name, paused: false, body, caller, steer, store, cancellation)).WithName("ResumeJob").WithSummary("Ends a recurring job's pause.");
    }

    // There are a few dozen, so one page holds them all.
    private static async Task<Results<Ok<ListAnswer<JobAnswer>>, ProblemResult>> ListAsync(HttpContext http, SteerJob steer, IJobStore store, CancellationToken cancellation)
    {
        if (QueryNames.Check(http.Request.Query) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var states = (await store.ListAsync(cancellation)).ToDictionary(state => state.Name, StringComparer.Ordinal);
        var answers = new List<JobAnswer>();
        foreach (var job in steer.Jobs)
        {
            answers.Add(JobAnswer.Of(job, states.GetValueOrDefault(job.Name), await store.RunsAsync(job.Name, RunsInList, cancellation)));
        }

        return TypedResults.Ok(new ListAnswer<JobAnswer>(answers, NextCursor: null));
    }

    private static async Task<Results<Ok<JobAnswer>, ProblemResult>> GetAsync(string name, SteerJob steer, IJobStore store, CancellationToken cancellation) =>
        steer.Jobs.FirstOrDefault(job => job.Name == name) is { } job
            ? TypedResults.Ok(JobAnswer.Of(job, await store.FindAsync(name, cancellation), await store.RunsAsync(name, RunsOfOne, cancellation)))
            : new ProblemResult(new Refusal(RefusalCode.NotFound));

    private static async Task<Results<Ok<JobAnswer>, ProblemResult>> RunAsync(string name, Caller caller, SteerJob steer, IJobStore store, CancellationToken cancellation) =>
        await AnswerAsync(await steer.RunNowAsync(name, caller.Actor), steer, store, cancellation);

    private static async Task<Results<Ok<JobAnswer>, ProblemResult>> PauseAsync(
        string name, bool paused, JsonBody<PauseReason> body, Caller caller, SteerJob steer, IJobStore store, CancellationToken cancellation) =>
        body.Refusal is { } unreadable
            ? new ProblemResult(unreadable)
            : await AnswerAsync(await steer.PauseAsync(name, paused, body.Value.Reason, caller.Actor), steer, store, cancellation);

    private static async Task<Results<Ok<JobAnswer>, ProblemResult>> AnswerAsync(Result<JobState> steered, SteerJob steer, IJobStore store, CancellationToken cancellation) =>
        steered.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Ok(JobAnswer.Of(
                steer.Jobs.First(job => job.Name == steered.Value.Name), steered.Value, await store.RunsAsync(steered.Value.Name, RunsInList, cancellation)));
}

/// <summary>A recurring job.</summary>
internal sealed record JobAnswer(
    string Name,
    string Description,
    string Schedule,
    DateTimeOffset? NextRunAt,
    DateTimeOffset? LastStartedAt,
    DateTimeOffset? LastSucceededAt,
    int Failures,
    DateTimeOffset? RequestedAt,
    string? RequestedBy,
    bool Paused,
    DateTimeOffset? PausedAt,
    string? PausedBy,
    string? PausedReason,
    string? Warning,
    IReadOnlyList<JobRunAnswer> Runs)
{
    public static JobAnswer Of(RecurringJob job, JobState? state, IReadOnlyList<JobRun> runs) => new(
        job.Name, job.Description, job.Schedule.ToString(), state?.PausedAt is null ? state?.DueAt : null, state?.StartedAt, state?.SucceededAt, state?.Failures ?? 0,
        state?.RequestedAt, state?.RequestedBy, state?.PausedAt is not null, state?.PausedAt, state?.PausedBy, state?.PausedReason,
        state?.PausedAt is null ? null : job.PausedMeans?.English, [.. runs.Select(JobRunAnswer.Of)]);
}

/// <summary>A run that did something, or failed.</summary>
internal sealed record JobRunAnswer(string Id, DateTimeOffset StartedAt, long DurationMilliseconds, int Node, JobOutcome Outcome, string Result)
{
    public static JobRunAnswer Of(JobRun run) =>
        new(PublicId.Format(PublicId.JobRun, run.Id), run.StartedAt, (long)run.Duration.TotalMilliseconds, run.Node, run.Outcome, run.Result);
}
