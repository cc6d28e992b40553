using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>Leases of jobs where the database has a clock, as SQL Server has; here it is a number that stands in for one.</summary>
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

    private JobLeaseStore Store(int databaseBehindMs) => new(new ClockedDatabase(_database.Database, () => NodeMs - databaseBehindMs), _time);
}
