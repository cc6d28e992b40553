using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Tests.Pool;

namespace Fulfilment.Infrastructure.Tests.Compliance;

/// <summary>What a pool makes of ids that come back, are gone, or were taken past it.</summary>
public abstract partial class CardKeyPoolCompliance
{
    [Fact]
    public async Task Return_PutsIdsInFront()
    {
        await AddRangeAsync(1, 10);
        var taken = await TakeSettledAsync(4);

        Pool.Return(Sku, taken.Skip(1).ToList());

        Assert.Equal([2, 3, 4, 5, 6], await TakeAsync(5));
    }

    [Fact]
    public async Task Take_LeavesOutIdsThatWereTakenFromTheTable()
    {
        await AddRangeAsync(1, 10);
        Assert.Equal([1], await TakeSettledAsync(1));

        Pool.ReportTaken(Sku, [2, 4]);

        Assert.Equal([3, 5, 6], await TakeAsync(3));
    }

    [Fact]
    public async Task Return_AfterAnIdWasTakenFromTheTable_GivesItAgain()
    {
        await AddRangeAsync(1, 10);
        _ = await TakeSettledAsync(1);
        Pool.ReportTaken(Sku, [2]);
        Assert.Equal([3], await TakeAsync(1));

        Pool.Return(Sku, [2]);

        Assert.Equal([2, 4], await TakeAsync(2));
    }

    [Fact]
    public async Task KeysFoundInTheTable_WakeAnEmptyWindow()
    {
        Assert.Empty(await TakeSettledAsync(1));
        await PassPausesAsync();
        await AddRangeAsync(1, 3);
        await TestStock.SetStateAsync(Database, CardKeyState.Delivered, [1]);

        Pool.ReportTaken(Sku, [1]);
        await SettleAsync();

        Assert.Equal([2, 3], await TakeAsync(3));
    }

    [Fact]
    public async Task Reset_FindsKeysThatExpireEarlier()
    {
        await AddRangeAsync(10, 20);
        _ = await TakeSettledAsync(1);
        await TestStock.AddAsync(Database, Sku, [(5, Today)]);

        Pool.Reset(Sku);
        await SettleAsync();

        Assert.Equal([5], await TakeAsync(1));
    }

    [Fact]
    public async Task Reset_DropsKeysThatAreGone()
    {
        await AddRangeAsync(1, 20);
        await WarmAsync(Sku);
        await TestStock.SetStateAsync(Database, CardKeyState.Voided, Enumerable.Range(1, 10).Select(id => (long)id));

        Pool.Reset(Sku);
        await SettleAsync();

        Assert.Equal([11], await TakeAsync(1));
    }

    [Fact]
    public async Task ManyIdsGone_ResetTheWindow()
    {
        await AddRangeAsync(1, 40);
        await WarmAsync(Sku);
        await TestStock.SetStateAsync(Database, CardKeyState.Voided, Enumerable.Range(1, 30).Select(id => (long)id));

        Pool.ReportDrift(Sku, 1000);
        await SettleAsync();

        Assert.Equal([31], await TakeAsync(1));
    }

    [Fact]
    public async Task OneIdGone_DoesNotResetTheWindow()
    {
        await AddRangeAsync(1, 10);
        _ = await TakeSettledAsync(1);

        Pool.ReportDrift(Sku, 1);
        await SettleAsync();

        Assert.Equal([2], await TakeAsync(1));
    }

    [Fact]
    public async Task EmptyWindow_FindsNewKeys_AfterAPause()
    {
        await AddRangeAsync(1, 3);
        Assert.Equal([1, 2, 3], await TakeSettledAsync(5));
        await TestStock.SetStateAsync(Database, CardKeyState.Delivered, [1, 2, 3]);
        await AddRangeAsync(4, 3);

        await PassPausesAsync();
        Assert.Empty(await TakeAsync(1));
        await SettleAsync();

        Assert.Equal([4, 5, 6], await TakeAsync(5));
    }

    [Fact]
    public async Task EmptyWindow_FindsKeysThatCameBack_AfterAPause()
    {
        await AddRangeAsync(1, 3);
        Assert.Equal([1, 2, 3], await TakeSettledAsync(5));
        await TestStock.SetStateAsync(Database, CardKeyState.Delivered, [1, 3]);

        await PassPausesAsync();
        Assert.Empty(await TakeAsync(1));
        await SettleAsync();

        Assert.Equal([2], await TakeAsync(5));
    }
}
