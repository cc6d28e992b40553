using Fulfilment.Core.Jobs;
using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RecurringJob = Fulfilment.Core.Jobs.RecurringJob;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>
/// A Hangfire server on a node that runs jobs. On several nodes a tick comes to any of them and does nothing on those that do not hold the job's lease; the sweep of
/// the node that holds it makes up for that, as for a storage that is down or was wiped.
/// </summary>
public sealed partial class HangfireJobEngine(
    JobStorage storage, RecurringTicks ticks, RecurringList list, IServiceScopeFactory scopes, IJobFilterProvider filters, TimeProvider time,
    ILogger<HangfireJobEngine> log) : IJobEngine
{
    // A storage that was wiped is made good within this.
    private static readonly TimeSpan AgreeEvery = TimeSpan.FromSeconds(15), StopWithin = TimeSpan.FromSeconds(10);

    private string? _said;

    /// <inheritdoc/>
    public string Name => "Hangfire";

    /// <inheritdoc/>
    public TimeSpan Lag => HangfireOptions.ScheduleLook + TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task RunAsync(IReadOnlyList<RecurringJob> jobs, Func<string, CancellationToken, Task> tick, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ticks.Use(tick);
        using var server = new BackgroundJobServer(Options(jobs.Count), storage);
        try
        {
            var often = jobs.Where(job => job.Schedule.Period < CronText.Finest);
            await Task.WhenAll(often.Select(job => TickAsync(job, tick, stopping)).Append(AgreeAsync(jobs, stopping))).ConfigureAwait(false);
        }
        finally
        {
            server.SendStop();
            await server.WaitForShutdownAsync(CancellationToken.None).WaitAsync(StopWithin, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private BackgroundJobServerOptions Options(int jobs) => new()
    {
        // A tick lasts as long as the run it begins: one that hangs keeps no other waiting, nor a look at a unit.
        WorkerCount = jobs + 4,
        SchedulePollingInterval = HangfireOptions.ScheduleLook,
        StopTimeout = TimeSpan.FromSeconds(1),
        ShutdownTimeout = StopWithin,
        Activator = new ScopedActivator(scopes),
        FilterProvider = filters,
    };

    private async Task TickAsync(RecurringJob job, Func<string, CancellationToken, Task> tick, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(job.Schedule.Period, time);
        do
        {
            await tick(job.Name, stopping).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
    }

    private async Task AgreeAsync(IReadOnlyList<RecurringJob> jobs, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(AgreeEvery, time);
        do
        {
            try
            {
                // Hangfire's own calls block: not on the thread of the timers.
                await Task.Run(() => list.AgreeAsync(jobs, stopping), stopping).ConfigureAwait(false);
                _said = null;
            }
#pragma warning disable CA1031 // The jobs go on by the sweep; the list is tried again.
            catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (_said != exception.Message)
                {
                    LogListFailed(exception);
                    _said = exception.Message;
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Hangfire's list of recurring jobs could not be brought in step; the jobs go on without it, a little late.")]
    private partial void LogListFailed(Exception exception);

    private sealed class ScopedActivator(IServiceScopeFactory scopes) : global::Hangfire.AspNetCore.AspNetCoreJobActivator(scopes);
}
