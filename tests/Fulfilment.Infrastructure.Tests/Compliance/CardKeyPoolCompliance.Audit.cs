using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Tests.Pool;

namespace Fulfilment.Infrastructure.Tests.Compliance;

/// <summary>The audit of windows against the table.</summary>
public abstract partial class CardKeyPoolCompliance
{
    [Fact]
    public async Task Audit_LeavesWindowsAlone_ThatAgreeWithTheTable()
    {
        await AddRangeAsync(1, 40);
        Assert.Equal([1, 2, 3], await TakeSettledAsync(3));

        Assert.Null(await AuditAsync());
        Assert.Equal([4], await TakeAsync(1));
    }

    [Fact]
    public async Task Audit_ReadsAWindowAnew_ThatHoldsIdsThatAreGone()
    {
        await AddRangeAsync(1, 40);
        await TakeSettledAsync(1);
        await TestStock.SetStateAsync(Database, CardKeyState.Voided, Enumerable.Range(2, 30).Select(id => (long)id));

        Assert.Contains("30 of the ids", await AuditAsync(), StringComparison.Ordinal);
        await SettleAsync();

        // The first one as well: whoever took it has not said what became of it, and the table has it.
        Assert.Equal([1, 32, 33], await TakeSettledAsync(3));
        Assert.Null(await AuditAsync());
    }

    [Fact]
    public async Task Audit_DoesNotMind_WhatWasTakenFromTheTable()
    {
        await AddRangeAsync(1, 40);
        await TakeSettledAsync(1);
        await TestStock.SetStateAsync(Database, CardKeyState.Delivered, [2, 3]);
        Pool.ReportTaken(Sku, [2, 3]);
        await SettleAsync();

        Assert.Null(await AuditAsync());
    }

    private Task<string?> AuditAsync() => new AuditPool((IWatchedPool)Pool, Pool, Database).RunAsync(TestContext.Current.CancellationToken);
}
