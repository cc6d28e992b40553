using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Jobs;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Jobs;

/// <summary>A node of a cluster that runs jobs: the runner, and Quartz if asked for, on a database and a clock that others may share.</summary>
internal sealed class JobNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public JobNode(IDatabase database, ManualTimeProvider time, int number, bool withEngine, params TestJob[] jobs)
        : this(database, time, number, withEngine, store => store, jobs)
    {
    }

    /// <param name="database">That of the cluster.</param>
    /// <param name="time">This node's clock.</param>
    /// <param name="number">Its number.</param>
    /// <param name="withEngine">Whether Quartz ticks.</param>
    /// <param name="through">What the runner has for the store.</param>
    /// <param name="jobs">What it runs.</param>
    public JobNode(IDatabase database, ManualTimeProvider time, int number, bool withEngine, Func<IJobStore, IJobStore> through, params TestJob[] jobs)
    {
        Clock = time;
        var ids = new IdGenerator(time);
        ids.Use(new NodeLease(number, time.GetUtcNow().ToUnixTimeMilliseconds(), long.MaxValue, long.MaxValue));
        Store = new JobStore(database, ids, time);
        var leases = new JobLeaseStore(new ClockedDatabase(database, nowMs: null), time);
        var calendar = new BusinessCalendar(time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        var engine = new QuartzJobEngine(calendar, time);
        Runner = new JobRunner(
            jobs.Select(job => new JobHandler(job.Row, job.RunAsync)), leases, through(Store), engine, Signals, new JobsHealth(leases, Store, time), calendar, ids, time, NullLogger<JobRunner>.Instance);
        _running = Task.WhenAll(
            Runner.RunAsync(_stop.Token), withEngine ? engine.RunAsync(Runner.Jobs, Runner.TickAsync, _stop.Token) : Task.CompletedTask);
    }

    public ManualTimeProvider Clock { get; }

    public JobRunner Runner { get; }

    public JobStore Store { get; }

    public JobSignals Signals { get; } = new();

    /// <summary>Until the node has read its rows once more, and has done what it found due.</summary>
    public async Task SweepAsync()
    {
        var sweeps = Runner.Sweeps;
        Signals.Jobs.Raise();

        // One may have been under way, and have read before.
        while (Runner.Sweeps < sweeps + 2)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Signals.Jobs.Raise();
            await Task.Yield();
        }

        await Runner.SettleAsync();
    }

    /// <summary>Stops in order.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        }
    }
}
