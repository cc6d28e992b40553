using System.Data.Common;
using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The tables <c>jobs</c> and <c>job_runs</c>.</summary>
public sealed class JobStore(IDatabase database, IdGenerator ids, TimeProvider time) : IJobStore
{
    private const string Columns = """
        SELECT name, started_at AS StartedAt, succeeded_at AS SucceededAt, due_at AS DueAt, node, failures, requested_at AS RequestedAt, requested_by AS RequestedBy,
               paused_at AS PausedAt, paused_by AS PausedBy, paused_reason AS PausedReason
        FROM jobs
        """;

    // A request that came while the run was under way is another one, and stays.
    private const string Stands = """
        UPDATE jobs
        SET started_at = coalesce(@Started, started_at), succeeded_at = coalesce(@Succeeded, succeeded_at), due_at = @Due, node = @Node, failures = @Failures,
            requested_by = CASE WHEN requested_at = @Request THEN NULL ELSE requested_by END,
            requested_at = CASE WHEN requested_at = @Request THEN NULL ELSE requested_at END
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobState>> ListAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<JobState>>(
        async connection => [.. (await connection.QueryAsync<StateRow>(Columns).ConfigureAwait(false)).Select(row => row.ToState())], cancellation);

    /// <inheritdoc/>
    public Task<JobState?> FindAsync(string name, CancellationToken cancellation) => database.ReadAsync(connection => FindAsync(connection, name), cancellation);

    /// <inheritdoc/>
    public Task<JobState> RequestAsync(string name, Actor actor) => database.WriteAsync(async connection =>
    {
        await EnsureAsync(connection, name).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "UPDATE jobs SET requested_at = @now, requested_by = @by WHERE name = @name", new { now = NowMs, by = actor.Name, name }).ConfigureAwait(false);
        await AuditStore.AppendAsync(connection, new AuditEntry(ids.Next(), actor, "job.requested", "job:" + name)).ConfigureAwait(false);
        return (await FindAsync(connection, name).ConfigureAwait(false))!;
    });

    /// <inheritdoc/>
    public Task<JobState> PauseAsync(string name, bool paused, string reason, Actor actor) => database.WriteAsync(async connection =>
    {
        await EnsureAsync(connection, name).ConfigureAwait(false);
        var changed = paused
            ? await connection.ExecuteAsync(
                "UPDATE jobs SET paused_at = @now, paused_by = @by, paused_reason = @reason WHERE name = @name AND paused_at IS NULL",
                new { now = NowMs, by = actor.Name, reason, name }).ConfigureAwait(false)
            : await connection.ExecuteAsync(
                "UPDATE jobs SET paused_at = NULL, paused_by = NULL, paused_reason = NULL WHERE name = @name AND paused_at IS NOT NULL", new { name }).ConfigureAwait(false);
        if (changed > 0)
        {
            await AuditStore.AppendAsync(connection, new AuditEntry(
                ids.Next(), actor, paused ? "job.paused" : "job.resumed", "job:" + name,
                StorageJson.Write(new { paused = !paused }), StorageJson.Write(new { paused, reason }))).ConfigureAwait(false);
        }

        return (await FindAsync(connection, name).ConfigureAwait(false))!;
    });

    /// <inheritdoc/>
    public Task RecordAsync(JobProgress? progress, JobRun? run) => database.WriteAsync(async connection =>
    {
        if (progress is not null)
        {
            await EnsureAsync(connection, progress.Name).ConfigureAwait(false);

            await connection.ExecuteAsync($"{Stands} WHERE name = @Name", StandRow.Of(progress)).ConfigureAwait(false);
        }

        if (run is not null)
        {
            await connection.ExecuteAsync(
                "INSERT INTO job_runs (id, job, started_at, duration, node, outcome, result) VALUES (@Id, @Job, @StartedAt, @Duration, @Node, @Outcome, @Result)",
                RunRow.Of(run)).ConfigureAwait(false);
        }

        return 0;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobRun>> RunsAsync(string name, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<JobRun>>(
        async connection => [.. (await connection.QueryAsync<RunRow>(RunsSql(database.Dialect), new { name, limit }).ConfigureAwait(false)).Select(row => row.ToRun())],
        cancellation);

    /// <inheritdoc/>
    public Task<int> ForgetRunsAsync(DateTimeOffset before, int mostOfAJob) => database.WriteAsync(
        async connection =>
        {
            var forgotten = 0;
            var first = IdGenerator.FirstAt(before);
            foreach (var job in (await connection.QueryAsync<string>("SELECT DISTINCT job FROM job_runs").ConfigureAwait(false)).ToList())
            {
                var beyond = await connection.QueryFirstOrDefaultAsync<long>(BeyondSql(database.Dialect), new { job, most = mostOfAJob }).ConfigureAwait(false);
                forgotten += await connection.ExecuteAsync(
                    "DELETE FROM job_runs WHERE job = @job AND id < @until", new { job, until = Math.Max(first, beyond + 1) }).ConfigureAwait(false);
            }

            return forgotten;
        },
        WritePriority.Bulk);

    /// <summary>
    /// Writes where a job stands after a look that found nothing, unless a later look has been written since this one was read; one that a clock has written which
    /// was set back since is none.
    /// </summary>
    internal static async Task KeepAsync(DbConnection connection, JobProgress progress, long nowMs)
    {
        await EnsureAsync(connection, progress.Name).ConfigureAwait(false);
        var row = StandRow.Of(progress);
        row.NowMs = nowMs;
        await connection.ExecuteAsync($"{Stands} WHERE name = @Name AND (started_at IS NULL OR started_at <= @Started OR started_at > @NowMs)", row).ConfigureAwait(false);
    }

    internal static string RunsSql(SqlDialect dialect) =>
        $"SELECT id, job, started_at AS StartedAt, duration, node, outcome, result FROM job_runs WHERE job = @name ORDER BY id DESC {dialect.Limit("@limit")}";

    private static string BeyondSql(SqlDialect dialect) => $"SELECT id FROM job_runs WHERE job = @job ORDER BY id DESC {dialect.RowBehind("@most")}";

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static Task EnsureAsync(DbConnection connection, string name) =>
        connection.ExecuteAsync("INSERT INTO jobs (name) SELECT @name WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE name = @name)", new { name });

    private static async Task<JobState?> FindAsync(DbConnection connection, string name) =>
        (await connection.QuerySingleOrDefaultAsync<StateRow>($"{Columns} WHERE name = @name", new { name }).ConfigureAwait(false))?.ToState();

    private static long? Ms(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds();

    private static DateTimeOffset? At(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    private sealed class StateRow
    {
        public string Name { get; init; } = "";

        public long? StartedAt { get; init; }

        public long? SucceededAt { get; init; }

        public long? DueAt { get; init; }

        public long? Node { get; init; }

        public long Failures { get; init; }

        public long? RequestedAt { get; init; }

        public string? RequestedBy { get; init; }

        public long? PausedAt { get; init; }

        public string? PausedBy { get; init; }

        public string? PausedReason { get; init; }

        public JobState ToState() => new(Name)
        {
            StartedAt = At(StartedAt),
            SucceededAt = At(SucceededAt),
            DueAt = At(DueAt),
            Node = (int?)Node,
            Failures = (int)Failures,
            RequestedAt = At(RequestedAt),
            RequestedBy = RequestedBy,
            PausedAt = At(PausedAt),
            PausedBy = PausedBy,
            PausedReason = PausedReason,
        };
    }

    private sealed class StandRow
    {
        public string Name { get; init; } = "";

        public long? Started { get; init; }

        public long? Succeeded { get; init; }

        public long Due { get; init; }

        public int? Node { get; init; }

        public int Failures { get; init; }

        public long? Request { get; init; }

        public long NowMs { get; set; }

        public static StandRow Of(JobProgress progress) => new()
        {
            Name = progress.Name,
            Started = Ms(progress.StartedAt),
            Succeeded = Ms(progress.SucceededAt),
            Due = progress.DueAt.ToUnixTimeMilliseconds(),
            Node = progress.Node,
            Failures = progress.Failures,
            Request = Ms(progress.Request),
        };
    }

    private sealed class RunRow
    {
        public long Id { get; init; }

        public string Job { get; init; } = "";

        public long StartedAt { get; init; }

        public long Duration { get; init; }

        public long Node { get; init; }

        public long Outcome { get; init; }

        public string Result { get; init; } = "";

        public static RunRow Of(JobRun run) => new()
        {
            Id = run.Id,
            Job = run.Job,
            StartedAt = run.StartedAt.ToUnixTimeMilliseconds(),
            Duration = (long)run.Duration.TotalMilliseconds,
            Node = run.Node,
            Outcome = (long)run.Outcome,
            Result = run.Result,
        };

        public JobRun ToRun() =>
            new(Id, Job, DateTimeOffset.FromUnixTimeMilliseconds(StartedAt), TimeSpan.FromMilliseconds(Duration), (int)Node, (JobOutcome)Outcome, Result);
    }
}
