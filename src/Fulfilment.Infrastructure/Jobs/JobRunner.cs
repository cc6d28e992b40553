using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Jobs;

/// <summary>
/// Runs the recurring jobs whose leases this node gets. An engine ticks it at their times; a sweep every second makes good what no engine ticked, takes over what
/// another node has left, and sees who asked for a run or paused a job.
/// </summary>
#pragma warning disable CA1001 // RunAsync hands the leases back when it ends, and it is called once.
public sealed partial class JobRunner
#pragma warning restore CA1001
{
    /// <summary>Between two sweeps: a run that was asked for on another node begins within this.</summary>
    public static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    // How long the sweep leaves a due job to an engine whose ticks are never late.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, JobTurn> _turns;
    private readonly JobLeaseKeeper _leases;
    private readonly IJobStore _store;
    private readonly JobSignals _signals;
    private readonly TimeProvider _time;
    private readonly ILogger<JobRunner> _log;
    private readonly TimeSpan _grace;
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _underWay = [];
    private CancellationToken _stopping = new(canceled: true);
    private string? _said;
    private long _sweeps;

    /// <summary>The jobs of this node, which do nothing yet.</summary>
    public JobRunner(
        IEnumerable<JobHandler> handlers, JobLeaseStore leases, IJobStore store, IJobEngine engine, JobSignals signals, JobsHealth health, BusinessCalendar calendar,
        IdGenerator ids, TimeProvider time, ILogger<JobRunner> log)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var all = handlers.ToList();
        _grace = Grace + engine.Lag;
        (_store, _signals, _time, _log) = (store, signals, time, log);
        _leases = new JobLeaseKeeper(leases, [.. all.Select(handler => handler.Job.Name)], time, log) { Unwritten = FindUnwritten, Wrote = Wrote };
        _turns = all.ToDictionary(handler => handler.Job.Name, handler => new JobTurn(handler, _leases, store, health, calendar, ids, time, log), StringComparer.Ordinal);
        Jobs = [.. all.Select(handler => handler.Job)];
    }

    /// <summary>Sweeps made so far.</summary>
    internal long Sweeps => Volatile.Read(ref _sweeps);

    /// <summary>Those that this node can run.</summary>
    public IReadOnlyList<RecurringJob> Jobs { get; }

    /// <summary>Sweeps until stopped, waits for what is under way, and hands the leases back. Once only.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        _stopping = stopping;
        try
        {
            await Task.WhenAll(_leases.KeepAsync(stopping), SweepAsync(stopping)).ConfigureAwait(false);
        }
        finally
        {
            await SettleAsync().ConfigureAwait(false);
            foreach (var turn in _turns.Values)
            {
                await turn.FlushAsync().ConfigureAwait(false);
            }

            await _leases.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Runs a job if it is due by its row and this node's to run; completes when it has run. A tick too many does nothing, and one too few is made good by the
    /// sweep. Fails never: what went wrong is in the job's runs.
    /// </summary>
    /// <param name="name">The job; one that this node does not know is nobody's.</param>
    /// <param name="cancellation">Ends the wait for the run, not the run.</param>
    public Task TickAsync(string name, CancellationToken cancellation) =>
        _turns.TryGetValue(name, out var turn) ? Start(turn).WaitAsync(cancellation) : Task.CompletedTask;

    private async Task SweepAsync(CancellationToken stopping)
    {
        while (true)
        {
            await LookAsync(stopping).ConfigureAwait(false);
            await _signals.Jobs.WaitAsync(SweepPeriod, _time, stopping).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        try
        {
            foreach (var state in await _store.ListAsync(stopping).ConfigureAwait(false))
            {
                if (_turns.TryGetValue(state.Name, out var turn))
                {
                    turn.Know(state);
                }
            }

            _said = null;
        }
#pragma warning disable CA1031 // The next sweep tries again, and jobs go on by what was known.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Looked at every second: the same sentence once.
            if (_said != exception.Message)
            {
                LogSweepFailed(exception);
                _said = exception.Message;
            }
        }

        foreach (var turn in _turns.Values.Where(turn => turn.IsLeftBehind(_grace)))
        {
            _ = Start(turn);
        }

        Interlocked.Increment(ref _sweeps);
    }

    private IReadOnlyCollection<JobProgress> FindUnwritten() => [.. _turns.Values.Select(turn => turn.Unwritten).OfType<JobProgress>()];

    private void Wrote(JobProgress progress) => _turns[progress.Name].Wrote(progress);

    // Known for as long as it lasts, so that the node stops in order.
    private Task Start(JobTurn turn)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return Task.CompletedTask;
            }

            var stopping = _stopping;
            var task = Task.Run(() => turn.LookAsync(stopping), CancellationToken.None);
            _underWay.Add(task);
            _ = task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return task;
        }
    }

    private void Forget(Task task)
    {
        lock (_gate)
        {
            _underWay.Remove(task);
        }
    }

    /// <summary>Completes when no run is under way.</summary>
    internal Task SettleAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll([.. _underWay]);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Where the recurring jobs stand could not be read; they go on by what was known.")]
    private partial void LogSweepFailed(Exception exception);
}
