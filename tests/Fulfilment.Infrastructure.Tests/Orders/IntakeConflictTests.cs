using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Storefronts;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Other nodes' work gets in a group's way, or the answer to its commit is lost: the group is repeated, and every order is stored once.</summary>
public sealed class IntakeConflictTests
{
    // On SQL Server the last batch of the work commits it, so nothing can break between the two.
    [Trait("Engine", "Sqlite")]
    [Theory]
    [InlineData(IntakeFault.BeforeWork)]
    [InlineData(IntakeFault.AtCommit)]
    public async Task Group_IsRepeatedWhole_WhenNothingWasStored(IntakeFault fault)
    {
        await using var engine = await StartAsync();
        await SeedAsync(engine);

        var outcomes = await PlaceAsync(engine, fault, fault);

        Assert.All(outcomes, outcome => Accepted(outcome));
        await AssertStoredOnceAsync(engine);

        // The plug, and the group three times: it was not split.
        Assert.Equal(4, engine.Gate.Transactions);
    }

    [Fact]
    public async Task Group_IsFoundByItsReferences_WhenItWasStoredAfterAll()
    {
        await using var engine = await StartAsync();
        await SeedAsync(engine);

        var outcomes = await PlaceAsync(engine, IntakeFault.AtCommit, IntakeFault.AfterCommit);

        Assert.All(outcomes, outcome => Assert.True(Assert.IsType<IntakeOutcome.Stored>(outcome).IsOurs));
        await AssertStoredOnceAsync(engine);
        Assert.Equal(4, engine.Gate.Transactions);
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task Group_IsSplit_WhenItsConflictsDoNotEnd()
    {
        await using var engine = await StartAsync(new OrderEngineOptions { Intake = new IntakeOptions { Repeats = 1 } });
        await SeedAsync(engine);

        var outcomes = await PlaceAsync(engine, IntakeFault.AtCommit, IntakeFault.AtCommit);

        Assert.All(outcomes, outcome => Accepted(outcome));
        await AssertStoredOnceAsync(engine);

        // The plug, the group twice, and its halves.
        Assert.Equal(5, engine.Gate.Transactions);
    }

    [Fact]
    public async Task EveryCallerIsTold_WithoutSplitting_WhenTheDatabaseIsAway()
    {
        await using var engine = await StartAsync();
        await SeedAsync(engine);
        var gone = new StorageUnavailableException();
        engine.Gate.Meet(IntakeFault.None, gone);
        for (var i = 0; i < 3; i++)
        {
            engine.Gate.Meet(IntakeFault.BeforeWork, gone);
        }

        foreach (var placed in await GatherAsync(engine))
        {
            Assert.Same(gone, await Assert.ThrowsAsync<StorageUnavailableException>(() => placed));
        }

        Assert.Equal(4, engine.Gate.Transactions);
        Assert.Equal(0, await engine.CountAsync("orders"));

        // Keys, money and references are free for the next try.
        Assert.All(await engine.PlaceGroupAsync([.. Enumerable.Range(0, 4).Select(i => Request($"A-{i}"))]), outcome => Accepted(outcome));
        await AssertStoredOnceAsync(engine);
    }

    private static async Task SeedAsync(OrderEngine engine)
    {
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });
        await engine.DepositAsync(Shop, Cny(40));
        var sku = await engine.AddSkuAsync();
        await engine.AddBatchAsync(sku, 4);
        await engine.WarmPoolAsync(sku);
    }

    // Four orders in one group, for all the money and all the keys there are, behind a plug that meets nothing.
    private static async Task<IntakeOutcome[]> PlaceAsync(OrderEngine engine, params IntakeFault[] faults)
    {
        engine.Gate.Meet([IntakeFault.None, .. faults]);
        return await Task.WhenAll(await GatherAsync(engine));
    }

    private static async Task<Task<IntakeOutcome>[]> GatherAsync(OrderEngine engine)
    {
        engine.Gate.Close();
        var plug = engine.PlaceAsync(Request("plug", "no such SKU")).AsTask();
        await engine.Gate.ReachedAsync();
        var placed = Enumerable.Range(0, 4).Select(i => engine.PlaceAsync(Request($"A-{i}")).AsTask()).ToArray();
        engine.Gate.Open();
        await plug;
        return placed;
    }

    private static async Task AssertStoredOnceAsync(OrderEngine engine)
    {
        Assert.Equal(4, await engine.CountAsync("orders"));
        Assert.Equal(4, await engine.CountAsync("units", "card_key_id IS NOT NULL"));
        Assert.Equal(new WalletBalance(Money.Zero, Money.Zero), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }
}
