using System.Data.Common;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.Anomalies;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>
/// What every node writes again and again, whether anything happens or not, locks rows and no ranges on SQL Server: two that had both read a lease would else
/// both hold it against the other's write, and one be undone.
/// </summary>
public sealed class GuardedWriteTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private TestDatabase _database = null!;
    private IDatabase _guarded = null!;
    private IdGenerator _ids = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _guarded = new GuardedOnly(new ClockedDatabase(_database.Database, nowMs: null));
        _ids = new IdGenerator(_time);
        _ids.Use(new NodeLease(1, _time.GetUtcNow().ToUnixTimeMilliseconds(), long.MaxValue, long.MaxValue));
    }

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task LeasesOfJobs_AreGuarded()
    {
        var store = new JobLeaseStore(_guarded, _time);

        Assert.Equal(["a-job", "another"], (await store.HoldAsync("one", ["a-job", "another"], [])).Order());
        Assert.Empty(await store.HoldAsync("other", ["a-job", "another"], []));
        await store.ReleaseAsync("one", "a-job");
        Assert.Equal(["a-job"], await store.HoldAsync("other", ["a-job", "another"], []));
        await store.ReleaseAsync("one");
        Assert.Equal(["a-job", "another"], (await store.HoldAsync("other", ["a-job", "another"], [])).Order());
    }

    [Fact]
    public async Task ChannelsOfAlerts_AreGuarded()
    {
        var store = new NotificationStore(_guarded, _ids, _time);

        Assert.Equal(0, await store.TryLeaseAsync("hook", TimeSpan.FromSeconds(30)));
        Assert.Null(await store.TryLeaseAsync("hook", TimeSpan.FromSeconds(30)));
        await store.EndAsync("hook", new SendOutcome { NextAt = _time.GetUtcNow() });
        Assert.Equal(0, await store.TryLeaseAsync("hook", TimeSpan.FromSeconds(30)));
        Assert.Equal(0, await store.EscalateAsync(AlertSeverity.Critical, _time.GetUtcNow()));
    }

    [Fact]
    public async Task CountsOfOrderFlow_AreGuarded_ByTheirCursor()
    {
        var store = new OrderFlowStore(_guarded);
        var count = new FlowCount(100, new FlowScope(5, 6), new FlowCounts(7, 1));

        await store.KeepAsync(null, 101, [count], 0);
        await Assert.ThrowsAsync<Core.Storage.StorageConflictException>(() => store.KeepAsync(99, 102, [count], 0));
        await store.KeepAsync(101, 102, [], 0);

        Assert.Equal(102, await store.FindKeptAsync(Cancellation));
        Assert.Equal([count], await store.ReadAsync(0, 200, Cancellation));
    }

    [Fact]
    public async Task CountsOfStock_AreGuarded() => Assert.Empty(await new StockHistory(_guarded).ReadAsync(_time.GetUtcNow(), 20_000, Cancellation));

    private sealed class GuardedOnly(IDatabase database) : IDatabase
    {
        public SqlDialect Dialect => database.Dialect;

        public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => database.ReadAsync(work, cancellation);

        public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => database.ReadSnapshotAsync(work, cancellation);

        public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) =>
            throw new InvalidOperationException("This one locks ranges.");

        public Task<T> WriteGuardedAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => database.WriteGuardedAsync(work, priority);
    }
}
