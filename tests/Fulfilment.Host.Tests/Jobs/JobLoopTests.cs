using Fulfilment.Host.Jobs;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>Nodes of a cluster, each with its runner, on one database and one clock.</summary>
public sealed class JobLoopTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-jobs-").FullName;
    private readonly ManualTimeProvider _time = new();
    private SqliteDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = new SqliteDatabase(_folder);
        await new Migrator(_database, _time).MigrateAsync();
    }

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Job_RunsOnOneNode_AndOnAnotherOnceThatOneHasStopped()
    {
        await using var first = new Node(this);
        await first.Job.Runs.WaitAsync(TestContext.Current.CancellationToken);
        await using var second = new Node(this);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(Job.Period);
            await first.Job.Runs.WaitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, second.Job.Count);
        await first.DisposeAsync();

        _time.Advance(JobLeaseKeeper.RenewalPeriod);
        await second.Job.Runs.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(6, first.Job.Count);
    }

    [Fact]
    public async Task PieceThatOutlivesItsLease_IsBrokenOff_AndTheNodeGoesOnLater()
    {
        await using var node = new Node(this);
        await node.Job.Runs.WaitAsync(TestContext.Current.CancellationToken);
        node.Job.Lasts = true;
        _time.Advance(Job.Period);
        await node.Job.Runs.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, node.Job.Running);

        // Nothing renews here: the lease is somebody else's before this node notices anything.
        await StealAsync();
        _time.Advance(JobLeaseStore.Duration);
        await node.Job.BrokenOff.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, node.Job.Running);
    }

    [Fact]
    public async Task FailedPiece_IsTriedAgain()
    {
        await using var node = new Node(this);
        await node.Job.Runs.WaitAsync(TestContext.Current.CancellationToken);
        node.Job.Fails = true;
        _time.Advance(Job.Period);
        await node.Job.Runs.WaitAsync(TestContext.Current.CancellationToken);
        node.Job.Fails = false;
        _time.Advance(Job.Period);
        await node.Job.Runs.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, node.Job.Count);
    }

    private Task<int> StealAsync() => _database.WriteAsync(connection =>
        Dapper.SqlMapper.ExecuteAsync(connection, "UPDATE job_leases SET holder = 'another', lease_until = @until", new { until = _time.GetUtcNow().ToUnixTimeMilliseconds() + 1000 }));

    private sealed class Node : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Node(JobLoopTests cluster)
        {
            var store = new JobLeaseStore(cluster._database, cluster._time);
            var health = new JobsHealth(store, cluster._time);
            _running = new JobRunner([Job], store, health, cluster._time, NullLogger<JobRunner>.Instance).RunAsync(_stop.Token);
        }

        public Job Job { get; } = new();

        public async ValueTask DisposeAsync()
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        }
    }

    private sealed class Job : IRecurringJob
    {
        public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

        public string Name => "a-job";

        public TimeSpan Interval => Period;

        public SemaphoreSlim Runs { get; } = new(0);

        public SemaphoreSlim BrokenOff { get; } = new(0);

        public int Count { get; private set; }

        public int Running { get; private set; }

        public bool Lasts { get; set; }

        public bool Fails { get; set; }

        public async Task RunAsync(CancellationToken stopping)
        {
            (Count, Running) = (Count + 1, Running + 1);
            Runs.Release();
            try
            {
                if (Fails)
                {
                    throw new InvalidOperationException("as asked");
                }

                await Task.Delay(Lasts ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, stopping);
            }
            catch (OperationCanceledException)
            {
                Running--;
                BrokenOff.Release();
                throw;
            }

            Running--;
        }
    }
}
