using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class JobLeaseKeeperTests : IAsyncLifetime
{
    private const string Job = "expiry";

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _time = new();
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Job_IsOneProcesss_AndStaysWithIt_AsLongAsItRenews()
    {
        await using var first = Keeper();
        await using var second = Keeper();
        Assert.NotNull(await first.FindAsync(Job));

        for (var i = 0; i < 10; i++)
        {
            Assert.Null(await second.FindAsync(Job));
            _time.Stall(JobLeaseKeeper.RenewalPeriod);
            await first.RenewAsync();
        }

        Assert.False((await first.FindAsync(Job))!.Value.IsCancellationRequested);
        Assert.True(await Store().IsHeldAsync(Job));
    }

    [Fact]
    public async Task JobsThatOthersDoNotHave_AreTaken_BesideThoseTheyHave()
    {
        await using var older = Keeper(Job);
        await using var newer = Keeper(Job, "statements");

        Assert.NotNull(await older.FindAsync(Job));

        Assert.NotNull(await newer.FindAsync("statements"));
        Assert.Null(await newer.FindAsync(Job));
    }

    [Fact]
    public async Task CrashedHoldersJob_IsTakenOver_OnceItsLeaseIsOver()
    {
        var crashed = Keeper();
        await using var other = Keeper();
        Assert.NotNull(await crashed.FindAsync(Job));

        _time.Stall(JobLeaseStore.Duration - Moment);
        Assert.Null(await other.FindAsync(Job));
        _time.Stall(Moment);
        await other.RenewAsync();

        Assert.NotNull(await other.FindAsync(Job));
    }

    [Fact]
    public async Task JobHandedBack_IsTakenOverAtOnce()
    {
        var first = Keeper();
        await using var second = Keeper();
        Assert.NotNull(await first.FindAsync(Job));

        await first.DisposeAsync();

        Assert.False(await Store().IsHeldAsync(Job));
        Assert.NotNull(await second.FindAsync(Job));
    }

    [Fact]
    public async Task StalledHolder_NoLongerBelievesInItsLease_AndIsToldWhoHasIt()
    {
        await using var stalled = Keeper();
        await using var other = Keeper();
        var running = (await stalled.FindAsync(Job))!.Value;

        // A process that is stopped: time passes, and no timer has fired yet when it looks again.
        _time.Stall(JobLeaseStore.Duration);
        Assert.NotNull(await other.FindAsync(Job));
        Assert.Null(await stalled.FindAsync(Job));

        Assert.True(running.IsCancellationRequested);
    }

    [Fact]
    public async Task RunningPiece_IsToldTheEndOfItsLease_WithoutAsking()
    {
        await using var keeper = Keeper();
        var running = (await keeper.FindAsync(Job))!.Value;

        _time.Advance(JobLeaseStore.Duration - Moment);
        Assert.False(running.IsCancellationRequested);
        _time.Advance(Moment);

        Assert.True(running.IsCancellationRequested);
    }

    [Fact]
    public async Task RenewedLease_LastsForTheRunningPieceToo()
    {
        await using var keeper = Keeper();
        var running = (await keeper.FindAsync(Job))!.Value;

        for (var i = 0; i < 10; i++)
        {
            _time.Advance(JobLeaseKeeper.RenewalPeriod);
            await keeper.RenewAsync();
        }

        Assert.False(running.IsCancellationRequested);
    }

    [Fact]
    public async Task LeaseThatEndedAndThatNobodyTook_BeginsAnew()
    {
        await using var keeper = Keeper();
        var before = (await keeper.FindAsync(Job))!.Value;

        _time.Advance(JobLeaseStore.Duration);
        var after = await keeper.FindAsync(Job);

        Assert.True(before.IsCancellationRequested);
        Assert.False(after!.Value.IsCancellationRequested);
    }

    [Fact]
    public async Task Renewals_ComeByThemselves()
    {
        await using var keeper = Keeper();
        using var stop = new CancellationTokenSource();
        Assert.NotNull(await keeper.FindAsync(Job));
        var until = await UntilAsync();
        var keeping = keeper.KeepAsync(stop.Token);

        _time.Advance(JobLeaseKeeper.RenewalPeriod);
        while (await UntilAsync() == until)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keeping);
    }

    [Fact]
    public async Task LooksWithinARenewalPeriod_AskTheDatabaseOnce()
    {
        await using var holder = Keeper();
        await using var other = Keeper();
        Assert.NotNull(await holder.FindAsync(Job));
        Assert.Null(await other.FindAsync(Job));
        await holder.DisposeAsync();

        _time.Stall(JobLeaseKeeper.RenewalPeriod - Moment);
        Assert.Null(await other.FindAsync(Job));
        _time.Stall(Moment);

        Assert.NotNull(await other.FindAsync(Job));
    }

    [Fact]
    public async Task LeaseFromAClockThatWasSetBack_BlocksNobody()
    {
        var crashed = Keeper();
        await using var other = Keeper();
        Assert.NotNull(await crashed.FindAsync(Job));

        _time.Step(-TimeSpan.FromHours(1));

        Assert.NotNull(await other.FindAsync(Job));
    }

    private JobLeaseStore Store() => new(new ClockedDatabase(_database.Database, nowMs: null), _time);

    private JobLeaseKeeper Keeper(params string[] jobs) => new(Store(), jobs.Length == 0 ? [Job] : jobs, _time, NullLogger.Instance);

    private Task<long> UntilAsync() => _database.ScalarAsync<long>("SELECT lease_until FROM job_leases WHERE name = @Job", new { Job });
}
