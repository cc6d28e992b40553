using Fulfilment.Core.Auditing;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Infrastructure.Tests.Jobs;

/// <summary>The rows of jobs with somebody who sees each call but the sweep's, by its number, before it is made, and may make it fail.</summary>
internal sealed class WatchedStore(IJobStore inner, Action<int> sees) : IJobStore
{
    private int _calls, _records;

    /// <summary>Calls that wrote where a job stands, or a run.</summary>
    public int Records => Volatile.Read(ref _records);

    public Task<IReadOnlyList<JobState>> ListAsync(CancellationToken cancellation) => inner.ListAsync(cancellation);

    public Task<JobState?> FindAsync(string name, CancellationToken cancellation) => CallAsync(() => inner.FindAsync(name, cancellation));

    public Task<JobState> RequestAsync(string name, Actor actor) => CallAsync(() => inner.RequestAsync(name, actor));

    public Task<JobState> PauseAsync(string name, bool paused, string reason, Actor actor) => CallAsync(() => inner.PauseAsync(name, paused, reason, actor));

    public Task RecordAsync(JobProgress? progress, JobRun? run) => CallAsync(async () =>
    {
        Interlocked.Increment(ref _records);
        await inner.RecordAsync(progress, run);
        return true;
    });

    public Task<IReadOnlyList<JobRun>> RunsAsync(string name, int limit, CancellationToken cancellation) => CallAsync(() => inner.RunsAsync(name, limit, cancellation));

    public Task<int> ForgetRunsAsync(DateTimeOffset before, int mostOfAJob) => CallAsync(() => inner.ForgetRunsAsync(before, mostOfAJob));

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        sees(Interlocked.Increment(ref _calls));
        return await call();
    }
}
