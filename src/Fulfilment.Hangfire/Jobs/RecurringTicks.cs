using Hangfire;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>A recurring job as Hangfire runs it: a tick. What runs, and whether it is due and this node's, the job's row and lease decide.</summary>
public sealed class RecurringTicks
{
    private volatile Func<string, CancellationToken, Task>? _tick;

    /// <summary>Ticks the job; a tick that is not needed does nothing. Two ticks of one job are not shown as running at once.</summary>
    [AutomaticRetry(Attempts = 0, LogEvents = false, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    [DisableConcurrentExecution("tick:{0}", 1)]
    [JobDisplayName("{0}")]
    public async Task RunAsync(string job, CancellationToken cancellation)
    {
        if (_tick is { } tick)
        {
            await tick(job, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Says whom to tick, as long as this node runs jobs.</summary>
    internal void Use(Func<string, CancellationToken, Task>? tick) => _tick = tick;
}
