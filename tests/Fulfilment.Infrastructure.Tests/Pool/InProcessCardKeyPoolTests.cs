using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Tests.Compliance;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Pool;

public sealed class InProcessCardKeyPoolTests : CardKeyPoolCompliance
{
    private readonly ManualTimeProvider _time = new();
    private readonly GatedReader _reader = new();
    private InProcessCardKeyPool _pool = null!;

    protected override ICardKeyPool CreatePool(ICardKeyWindowReader reader)
    {
        _reader.Inner = reader;
        return _pool = new InProcessCardKeyPool(_reader, _time, NullLogger<InProcessCardKeyPool>.Instance, new WindowOptions { Size = WindowSize });
    }

    protected override Task SettleAsync() => _pool.SettleAsync();

    protected override Task PassPausesAsync()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return Task.CompletedTask;
    }

    // They went with the process, and the table has them.
    protected override Task ForgetTakesAsync() => Task.CompletedTask;

    protected override ValueTask DisposePoolAsync() => _pool.DisposeAsync();

    [Fact]
    public void Pool_ReadsNothing_BeforeItIsAsked() => Assert.Equal(0, _reader.Reads);

    [Fact]
    public async Task Take_DoesNotWait_ForARead()
    {
        await AddRangeAsync(1, 3);
        var gate = _reader.Close();

        Assert.Empty(await TakeAsync(1));

        gate.Open();
        await SettleAsync();
        Assert.Equal([1], await TakeAsync(1));
    }

    [Fact]
    public async Task ManyTakes_StartOneReadAtATime()
    {
        await AddRangeAsync(1, 3);
        var gate = _reader.Close();
        for (var i = 0; i < 20; i++)
        {
            _ = await TakeAsync(1);
        }

        gate.Open();
        await SettleAsync();

        Assert.Equal(1, _reader.Reads);
    }

    [Fact]
    public async Task Reset_DropsAReadThatWasUnderWay()
    {
        await AddRangeAsync(10, 3);
        var gate = _reader.Close(afterReading: true);
        _ = await TakeAsync(1);
        await gate.Reached;

        // The read has its old answer already: keys 10 to 12.
        await TestStock.SetStateAsync(Database, CardKeyState.Voided, [10]);
        await AddAsync((5, Today));
        Pool.Reset(Sku);
        gate.Open();
        await SettleAsync();

        Assert.Equal([5, 11, 12], await TakeAsync(9));
    }

    /// <summary>Orders do not wait for the first read: they are served from the table, with the very keys that the read is bringing.</summary>
    [Fact]
    public async Task KeysTakenFromTheTable_DuringTheFirstRead_AreNotGivenAfterIt()
    {
        await AddRangeAsync(1, 10);
        var gate = _reader.Close(afterReading: true);
        Assert.Empty(await TakeAsync(2));
        await gate.Reached;
        await TestStock.SetStateAsync(Database, CardKeyState.Delivered, [1, 2]);
        Pool.ReportTaken(Sku, [1, 2]);

        gate.Open();
        await SettleAsync();

        Assert.Equal([3], await TakeAsync(1));
    }

    [Fact]
    public async Task EmptyStock_IsNotReadAgain_UntilAPauseHasPassed()
    {
        _ = await TakeSettledAsync(1);
        var reads = _reader.Reads;
        for (var i = 0; i < 100; i++)
        {
            Assert.Empty(await TakeAsync(1));
            await SettleAsync();
        }

        Assert.Equal(reads, _reader.Reads);
    }

    [Fact]
    public async Task FailedRead_IsTriedAgain_AfterAPause()
    {
        await AddRangeAsync(1, 3);
        _reader.Failing = true;
        Assert.Empty(await TakeSettledAsync(1));
        _reader.Failing = false;
        var reads = _reader.Reads;
        Assert.Empty(await TakeSettledAsync(1));
        Assert.Equal(reads, _reader.Reads);

        await PassPausesAsync();

        Assert.Equal([1], await TakeSettledAsync(1));
    }

    [Fact]
    public async Task Drift_ResetsOnce_InAPause()
    {
        await AddRangeAsync(1, 3);
        _ = await TakeSettledAsync(1);
        var reads = _reader.Reads;
        for (var i = 0; i < 20; i++)
        {
            Pool.ReportDrift(Sku, 1000);
            await SettleAsync();
        }

        Assert.Equal(reads + 1, _reader.Reads);
    }

    [Fact]
    public async Task Drift_DoesNotDisturbTheFirstRead()
    {
        await AddRangeAsync(1, 3);
        var gate = _reader.Close();
        _ = await TakeAsync(3);
        Pool.ReportDrift(Sku, 1000);
        gate.Open();
        await SettleAsync();

        Assert.Equal(1, _reader.Reads);
    }

    [Fact]
    public async Task StockWatch_ResetsWindows_WhenEarlierKeysArrivedFromAnotherProcess()
    {
        await AddAsync((10, Today + 30), (11, Today + 30));
        _ = await TakeSettledAsync(1);
        var watch = new StockWatch(_reader, _pool, _time, NullLogger<StockWatch>.Instance);
        await watch.LookAsync(TestContext.Current.CancellationToken);

        await AddAsync((12, Today + 3));
        await ChangeStockAsync();
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await SettleAsync();

        Assert.Equal([12], await TakeAsync(1));
    }

    [Fact]
    public async Task StockWatch_LeavesWindows_WhenOnlyLaterKeysArrived()
    {
        await AddAsync((10, Today), (11, Today));
        _ = await TakeSettledAsync(1);
        var watch = new StockWatch(_reader, _pool, _time, NullLogger<StockWatch>.Instance);
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await SettleAsync();

        await AddAsync((12, Today + 1));
        await ChangeStockAsync();
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await SettleAsync();

        // A window that had been reset would give 10 once more: it is still available in the table.
        Assert.Equal([11, 12], await TakeAsync(9));
    }

    [Fact]
    public async Task StockWatch_WakesAnEmptyWindow_WithoutWaitingForThePause()
    {
        _ = await TakeSettledAsync(1);
        var watch = new StockWatch(_reader, _pool, _time, NullLogger<StockWatch>.Instance);
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await SettleAsync();

        await AddRangeAsync(1, 1);
        await ChangeStockAsync();
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await SettleAsync();

        Assert.Equal([1], await TakeAsync(1));
    }

    [Fact]
    public async Task StockWatch_Runs_UntilStopped()
    {
        using var stop = new CancellationTokenSource();
        var run = new StockWatch(_reader, _pool, _time, NullLogger<StockWatch>.Instance).RunAsync(stop.Token);
        _time.Advance(StockWatch.Period);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private Task ChangeStockAsync() =>
        Database.WriteAsync(connection => Dapper.SqlMapper.ExecuteAsync(connection, "UPDATE change_counters SET value = value + 1 WHERE name = 'stock'"));
}
