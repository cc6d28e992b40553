using System.Data.Common;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>Leases of jobs where the database has a clock, as SQL Server has; here it is a number that stands in for one.</summary>
[Trait("Engine", "Sqlite")]
public sealed class JobLeaseClockTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Lease_GoesByTheDatabasesClock_AndNotByTheNodes()
    {
        var ahead = Store(databaseBehindMs: 1_500);

        await ahead.HoldAsync("one", ["a-job"], []);

        var until = await _database.ScalarAsync<long>("SELECT lease_until FROM job_leases");
        Assert.Equal(NodeMs - 1_500 + (long)JobLeaseStore.Duration.TotalMilliseconds, until);

        // Over by the node's clock, and not by the database's.
        _time.Stall(JobLeaseStore.Duration - TimeSpan.FromSeconds(1));
        Assert.True(await Store(databaseBehindMs: 1_500).IsHeldAsync("a-job"));
        Assert.Empty(await Store(databaseBehindMs: 1_500).HoldAsync("another", ["a-job"], []));
    }

    [Fact]
    public async Task NodeWhoseClockIsOff_TakesNoJob()
    {
        await Assert.ThrowsAsync<ClockSkewException>(() => Store(databaseBehindMs: 2_500).HoldAsync("one", ["a-job"], []));

        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM job_leases"));
    }

    private long NodeMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private JobLeaseStore Store(int databaseBehindMs) => new(new WithClock(_database.Database, NodeMs - databaseBehindMs), _time);

    private sealed class WithClock(IDatabase database, long nowMs) : IDatabase
    {
        public SqlDialect Dialect => new ClockDialect(nowMs);

        public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => database.ReadAsync(work, cancellation);

        public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => database.ReadSnapshotAsync(work, cancellation);

        public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => database.WriteAsync(work, priority);
    }

    private sealed class ClockDialect(long nowMs) : SqlDialect
    {
        private static readonly SqliteDialect Rest = SqliteDialect.Instance;

        public override string? Clock => $"{nowMs}";

        public override string ScriptFolder => Rest.ScriptFolder;

        public override string MakeMigrationsTable => Rest.MakeMigrationsTable;

        public override string LockMigrations => Rest.LockMigrations;

        public override string JoinInOrder => Rest.JoinInOrder;

        public override string Limit(string count) => Rest.Limit(count);

        public override string RowBehind(string rows) => Rest.RowBehind(rows);

        public override string IndexedBy(string index) => Rest.IndexedBy(index);

        public override string SameText(string column, string parameter) => Rest.SameText(column, parameter);
    }
}
