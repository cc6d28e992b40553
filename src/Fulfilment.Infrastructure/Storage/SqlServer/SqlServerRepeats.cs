namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Runs work again that failed through no fault of its own, a few times, after pauses that grow. The pauses are random: two transactions that met in a
/// deadlock would else meet again.
/// </summary>
/// <param name="time">The pauses go by.</param>
/// <param name="random">Chooses them; used by many threads at once.</param>
public sealed class SqlServerRepeats(TimeProvider time, Random random)
{
    /// <summary>How often work runs at most. The pauses together last five seconds at most, within what callers wait for.</summary>
    public const int MostAttempts = 8;

    private const double FirstPauseMs = 40;
    private const double LongestPauseMs = 2_000;

    /// <summary>Runs <paramref name="attempt"/> until it succeeds, or fails in a way that <paramref name="mayRepeat"/> does not take, or for the last time.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, Func<Exception, bool> mayRepeat)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(mayRepeat);
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (Exception exception) when (tried < MostAttempts && mayRepeat(exception))
            {
                // Again, after a pause.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * Math.Min(LongestPauseMs, FirstPauseMs * (1 << (tried - 1)))), time).ConfigureAwait(false);
        }
    }
}
