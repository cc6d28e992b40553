using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>The clock is the tests' own; on SQL Server leases go by the server's.</summary>
public sealed class NodeLeaseKeeperTests : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task TwoProcesses_HoldDifferentNodes()
    {
        var time = new ManualTimeProvider();
        await using var first = await Process.StartAsync(_database, time);
        await using var second = await Process.StartAsync(_database, time);

        Assert.NotEqual(first.Ids.Node, second.Ids.Node);
        Assert.NotEqual(first.Ids.Next(), second.Ids.Next());
    }

    [Fact]
    public async Task Renewal_KeepsTheNode_BeyondTheFirstLease()
    {
        var time = new ManualTimeProvider();
        await using var process = await Process.StartAsync(_database, time);
        var node = process.Ids.Node;
        for (var i = 0; i < 10; i++)
        {
            time.Stall(NodeLeaseKeeper.RenewalPeriod);
            await process.Keeper.RenewAsync();
            _ = process.Ids.Next();
        }

        Assert.Equal(node, process.Ids.Node);
    }

    [Fact]
    public async Task Renewal_ComesByItself_WithTime()
    {
        var time = new ManualTimeProvider();
        await using var process = await Process.StartAsync(_database, time);
        var until = await LeaseUntilAsync();

        time.Advance(NodeLeaseKeeper.RenewalPeriod);

        while (await LeaseUntilAsync() == until)
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task StalledProcess_MakesNoIds_AndGoesOnUnderANewLease()
    {
        var time = new ManualTimeProvider();
        await using var process = await Process.StartAsync(_database, time);
        var before = process.Ids.Next();

        time.Stall(Minute);
        Assert.Throws<NodeLeaseLostException>(() => process.Ids.Next());
        await process.Keeper.RenewAsync();

        Assert.True(process.Ids.Next() > before);
    }

    [Fact]
    public async Task StalledProcess_MakesNoIds_AfterItsClockWasSetBack()
    {
        var time = new ManualTimeProvider();
        await using var process = await Process.StartAsync(_database, time);

        time.Stall(Minute);
        time.Step(-TimeSpan.FromHours(1));

        Assert.Throws<NodeLeaseLostException>(() => process.Ids.Next());
    }

    [Fact]
    public async Task ReleasedNode_IsFreeAtOnce_AndRepeatsNoId()
    {
        var time = new ManualTimeProvider();
        var first = await Process.StartAsync(_database, time);
        var node = first.Ids.Node;
        var made = Enumerable.Range(0, 20_000).Select(_ => first.Ids.Next()).ToHashSet();
        await first.DisposeAsync();
        time.Stall(TimeSpan.FromMilliseconds(10));

        await using var second = await Process.StartAsync(_database, time);

        Assert.Equal(node, second.Ids.Node);
        Assert.DoesNotContain(Enumerable.Range(0, 20_000).Select(_ => second.Ids.Next()), made.Contains);
    }

    [Fact]
    public async Task ReleasedProcess_MakesNoIds()
    {
        var process = await Process.StartAsync(_database, new ManualTimeProvider());
        await process.DisposeAsync();

        Assert.Throws<NodeLeaseLostException>(() => process.Ids.Next());
    }

    /// <summary>The next holder of the number begins where <see cref="IdGenerator.Stop"/> says; an id made a moment later would be made twice.</summary>
    [Fact]
    public async Task Stop_CountsIdsThatOtherThreadsAreMaking()
    {
        for (var round = 0; round < 200; round++)
        {
            var ids = new IdGenerator(TimeProvider.System);
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            ids.Use(new NodeLease(1, now, now + 60_000, long.MaxValue));
            using var started = new CountdownEvent(2);
            var threads = Enumerable.Range(0, 2).Select(_ => Task.Run(() => MakeUntilStopped(ids, started))).ToList();
            started.Wait(TestContext.Current.CancellationToken);

            var madeUntil = ids.Stop();

            Assert.All(await Task.WhenAll(threads), last => Assert.True(IdGenerator.TimeOf(last).ToUnixTimeMilliseconds() < madeUntil));
        }
    }

    [Fact]
    public async Task KilledProcess_KeepsItsNode_UntilItsLeaseHasEnded()
    {
        var time = new ManualTimeProvider();
        var killed = await Process.StartAsync(_database, time);
        var node = killed.Ids.Node;

        await using var early = await Process.StartAsync(_database, time);
        time.Stall(Minute);
        await using var late = await Process.StartAsync(_database, time);

        Assert.NotEqual(node, early.Ids.Node);
        Assert.Equal(node, late.Ids.Node);
    }

    /// <summary>The clock runs ahead, so somebody else sees the lease ended and takes the number over while its holder still lives.</summary>
    [Fact]
    public async Task TakenOverNode_IsNotSharedWithItsOldHolder()
    {
        var slow = new ManualTimeProvider();
        var fast = new ManualTimeProvider(slow.GetUtcNow() + TimeSpan.FromHours(1));
        await using var old = await Process.StartAsync(_database, slow);
        var made = new HashSet<long> { old.Ids.Next() };

        await using var taker = await Process.StartAsync(_database, fast);
        Assert.Equal(old.Ids.Node, taker.Ids.Node);

        for (var i = 0; i < 5; i++)
        {
            Assert.True(made.Add(old.Ids.Next()));
            Assert.True(made.Add(taker.Ids.Next()));
        }

        await old.Keeper.RenewAsync();
        Assert.NotEqual(old.Ids.Node, taker.Ids.Node);
    }

    [Fact]
    public async Task Ids_AreUniqueAndGrowPerNode_HoweverClocksMove()
    {
        for (var run = 0; run < 4; run++)
        {
            var seed = Random.Shared.Next();
            try
            {
                await MoveClocksAsync(new Random(seed));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"The run with seed {seed} failed.", exception);
            }
        }
    }

    private async Task MoveClocksAsync(Random random)
    {
        await _database.ExecuteAsync("DELETE FROM nodes");
        var clocks = Enumerable.Range(0, 3).Select(_ => new ManualTimeProvider()).ToArray();
        var processes = new Process?[clocks.Length];
        var made = new HashSet<long>();
        for (var step = 0; step < 200; step++)
        {
            var i = random.Next(processes.Length);
            var process = processes[i] ??= await Process.StartAsync(_database, clocks[i]);
            switch (random.Next(7))
            {
                case 0:
                    clocks[i].Step(TimeSpan.FromMilliseconds(random.Next(-100_000, 100_000)));
                    break;
                case 1:
                    clocks[i].Stall(TimeSpan.FromMilliseconds(random.Next(0, 40_000)));
                    break;
                case 2:
                    await process.Keeper.RenewAsync();
                    break;
                case 3 when random.Next(3) == 0:
                    processes[i] = null;
                    break;
                case 4 when random.Next(3) == 0:
                    await process.DisposeAsync();
                    processes[i] = null;
                    break;
                default:
                    MakeIds(process, made, random.Next(1, 10_000));
                    break;
            }
        }

        foreach (var process in processes.OfType<Process>())
        {
            await process.DisposeAsync();
        }
    }

    private static long MakeUntilStopped(IdGenerator ids, CountdownEvent started)
    {
        var last = ids.Next();
        started.Signal();
        try
        {
            while (true)
            {
                last = ids.Next();
            }
        }
        catch (NodeLeaseLostException)
        {
            return last;
        }
    }

    private static void MakeIds(Process process, HashSet<long> made, int count)
    {
        try
        {
            for (var i = 0; i < count; i++)
            {
                var id = process.Ids.Next();
                Assert.True(made.Add(id), $"Id {id} was made twice.");
                Assert.True(process.LastByNode.GetValueOrDefault(process.Ids.Node) < id, $"Id {id} is not larger than the one before.");
                process.LastByNode[process.Ids.Node] = id;
            }
        }
        catch (NodeLeaseLostException)
        {
            // That is what it is for.
        }
    }

    [Fact]
    public async Task RestoredDatabase_MakesNoIdFromBeforeItsRestore_WhateverNodeAndClock()
    {
        // The clock was set back by half a minute since; the table of nodes knows nothing, as after a restore.
        var time = new ManualTimeProvider();
        var restoredAt = time.GetUtcNow().AddSeconds(30);
        await _database.ExecuteAsync("INSERT INTO settings (name, value) VALUES ('ids-not-before', @at)", new { at = $"{restoredAt.ToUnixTimeMilliseconds()}" });

        await using var first = await Process.StartAsync(_database, time);
        await using var second = await Process.StartAsync(_database, time);

        Assert.All((long[])[first.Ids.Next(), second.Ids.Next()], id => Assert.True(IdGenerator.TimeOf(id) >= restoredAt));
    }

    private Task<long> LeaseUntilAsync() => _database.ScalarAsync<long>("SELECT max(lease_until) FROM nodes");

    private sealed class Process : IAsyncDisposable
    {
        public required IdGenerator Ids { get; init; }

        public required NodeLeaseKeeper Keeper { get; init; }

        public Dictionary<int, long> LastByNode { get; } = [];

        public static async Task<Process> StartAsync(TestDatabase database, TimeProvider time)
        {
            var ids = new IdGenerator(time);
            var keeper = await NodeLeaseKeeper.StartAsync(new NodeLeaseStore(new ClockedDatabase(database.Database, nowMs: null), time), ids, time, NullLogger.Instance);
            return new Process { Ids = ids, Keeper = keeper };
        }

        public ValueTask DisposeAsync() => Keeper.DisposeAsync();
    }
}
