namespace Fulfilment.Core.Jobs;

/// <summary>Deletes the records of old runs of recurring jobs.</summary>
public sealed class ForgetJobRuns(IJobStore store, TimeProvider time)
{
    /// <summary>How long a run is remembered.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>How many runs of a job are remembered at most.</summary>
    public const int MostOfAJob = 1_000;

    /// <summary>Tells how many went.</summary>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return await store.ForgetRunsAsync(time.GetUtcNow() - Kept, MostOfAJob).ConfigureAwait(false);
    }
}
