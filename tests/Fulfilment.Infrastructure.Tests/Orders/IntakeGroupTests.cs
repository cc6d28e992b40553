using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Microsoft.Data.Sqlite;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Many drafts in one transaction: each comes to what it would have come to alone, and a broken one harms nobody else.</summary>
public sealed class IntakeGroupTests
{
    // What SQLite can do to a transaction. ABORT undoes one statement; ROLLBACK takes the whole transaction with it, as a full disk does; FAIL keeps what the statement had done.
    [Trait("Engine", "Sqlite")]
    [Theory]
    [InlineData("ABORT", "orders", "NEW.client_reference = 'poison'")]
    [InlineData("ROLLBACK", "orders", "NEW.client_reference = 'poison'")]
    [InlineData("FAIL", "orders", "NEW.client_reference = 'poison'")]
    [InlineData("ABORT", "units", "(SELECT client_reference FROM orders WHERE id = NEW.order_id) = 'poison'")]
    public async Task PoisonedDraft_FailsAlone(string how, string table, string when)
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });
        await engine.DepositAsync(Shop, Cny(90));
        var sku = await engine.AddSkuAsync();
        await engine.AddBatchAsync(sku, 9);
        await engine.WarmPoolAsync(sku);
        await engine.Storage.ExecuteAsync($"CREATE TRIGGER poison BEFORE INSERT ON {table} WHEN {when} BEGIN SELECT RAISE({how}, 'poisoned'); END");
        engine.Gate.Close();
        var plug = engine.PlaceAsync(Request("plug", "no such SKU")).AsTask();
        await engine.Gate.ReachedAsync();

        var placed = Enumerable.Range(0, 9).Select(i => engine.PlaceAsync(Request(i == 4 ? "poison" : $"A-{i}")).AsTask()).ToArray();
        engine.Gate.Open();

        await plug;
        await Assert.ThrowsAsync<SqliteException>(() => placed[4]);
        foreach (var fine in placed.Where((_, i) => i != 4))
        {
            Accepted(await fine);
        }

        Assert.Equal(8, await engine.CountAsync("orders"));
        Assert.Equal(new WalletBalance(Cny(10), Money.Zero), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);

        // Neither its money nor its key is lost, and its reference is still free.
        await engine.Storage.ExecuteAsync("DROP TRIGGER poison");
        Accepted(await engine.PlaceAsync(Request("poison")));
        Assert.Equal(new WalletBalance(Money.Zero, Money.Zero), await engine.WalletAsync());
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task LostAnswerToACommit_IsNotRepeated_AndTheOrderIsStillItsCallersOwn()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 10);
        engine.Gate.Close();
        var plug = engine.PlaceAsync(Request("plug", "no such SKU")).AsTask();
        await engine.Gate.ReachedAsync();
        var placed = Enumerable.Range(0, 4).Select(i => engine.PlaceAsync(Request($"A-{i}")).AsTask()).ToArray();

        // The plug's commit, and the group's.
        engine.Gate.LoseAnswers(2);
        engine.Gate.Open();

        await Assert.ThrowsAsync<IOException>(() => plug);
        foreach (var outcome in await Task.WhenAll(placed))
        {
            Assert.True(Assert.IsType<IntakeOutcome.Stored>(outcome).IsOurs);
        }

        Assert.Equal(4, await engine.CountAsync("orders"));
        Accepted(await engine.PlaceAsync(Request("A-9", quantity: 6)));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task OneTransaction_PaysForTheGroup()
    {
        await using var engine = await StartAsync(new OrderEngineOptions { Intake = new IntakeOptions(GroupLimit: 10) });
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 30);

        await engine.PlaceGroupAsync([.. Enumerable.Range(0, 25).Select(i => Request($"A-{i}"))]);

        // The plug, and groups of 10, 10 and 5.
        Assert.Equal(4, engine.Gate.Transactions);
    }

    [Fact]
    public async Task LargeOrders_AreSpreadOverTransactions()
    {
        await using var engine = await StartAsync(new OrderEngineOptions { Intake = new IntakeOptions(UnitLimit: 20) });
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 60);

        await engine.PlaceGroupAsync([.. Enumerable.Range(0, 5).Select(i => Request($"A-{i}", quantity: 12))]);

        // The plug, and groups of 24, 24 and 12 units.
        Assert.Equal(4, engine.Gate.Transactions);
        Assert.Equal(60, await engine.CountAsync("units"));
    }

    [Theory]
    [InlineData(Settlement.Prepaid)]
    [InlineData(Settlement.Postpaid)]
    public async Task Wallet_IsDrainedToItsLimit_InOneGroup(Settlement settlement)
    {
        await using var engine = await StartAsync();
        await AddWithFiftyAsync(engine, Shop, settlement);
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 100);

        var outcomes = await engine.PlaceGroupAsync([.. Enumerable.Range(0, 8).Select(i => Request($"A-{i}", quantity: i == 3 ? 3 : 1))]);

        Assert.Equal([true, true, true, false, true, true, false, false], outcomes.Select(outcome => outcome is IntakeOutcome.Accepted));
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.InsufficientBalance, refused.Refusal.Code));
        Assert.Equal(settlement is Settlement.Prepaid ? Money.Zero : -Cny(50), (await engine.WalletAsync()).Balance);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task TwoWallets_AreDrainedToExactlyTheirLimits_ByConcurrentGroups()
    {
        await using var engine = await StartAsync(new OrderEngineOptions { Intake = new IntakeOptions(GroupLimit: 7) });
        await AddWithFiftyAsync(engine, "prepaid", Settlement.Prepaid);
        await AddWithFiftyAsync(engine, "postpaid", Settlement.Postpaid);
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 100);

        var outcomes = await AtOnceAsync(60, i => engine.PlaceAsync(Request($"A-{i}"), i % 2 == 0 ? "prepaid" : "postpaid"));

        Assert.Equal(5, outcomes.Where((outcome, i) => i % 2 == 0 && outcome is IntakeOutcome.Accepted).Count());
        Assert.Equal(5, outcomes.Where((outcome, i) => i % 2 == 1 && outcome is IntakeOutcome.Accepted).Count());
        Assert.All(outcomes.OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.InsufficientBalance, refused.Refusal.Code));
        Assert.Equal(new WalletBalance(Money.Zero, Money.Zero), await engine.WalletAsync("prepaid"));
        Assert.Equal(new WalletBalance(-Cny(50), Money.Zero), await engine.WalletAsync("postpaid"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task DraftWithoutKeys_GivesItsMoneyToPoorerOnes()
    {
        await using var engine = await StartAsync();
        await AddWithFiftyAsync(engine, Shop, Settlement.Prepaid);
        await engine.AddSkuAsync("EMPTY");
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 100);

        var outcomes = await engine.PlaceGroupAsync(
            Request("A-1", "EMPTY", 5),
            Request("A-2", quantity: 2),
            Request("A-3", "EMPTY", 3),
            Request("A-4", quantity: 3),
            Request("A-5", quantity: 1));

        // A-1 has all the money first, then, and only once A-3 has failed as well is there enough for A-4.
        Assert.Equal(
            [RefusalCode.OutOfStock, null, RefusalCode.OutOfStock, null, RefusalCode.InsufficientBalance],
            outcomes.Select(outcome => (outcome as IntakeOutcome.Refused)?.Refusal.Code));
        Assert.Equal(Money.Zero, (await engine.WalletAsync()).Balance);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task DraftThatGetsAPart_GivesTheRestOfItsMoneyAndItsKeysToOthers()
    {
        await using var engine = await StartAsync();
        await AddWithFiftyAsync(engine, Shop, Settlement.Prepaid);
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 2);
        await engine.AddBatchAsync(await engine.AddSkuAsync("MORE"), 10);

        var outcomes = await engine.PlaceGroupAsync(
            Request("A-1", quantity: 5),
            Request("A-2", quantity: 5) with { AllowPartial = true },
            Request("A-3", "MORE", 3),
            Request("A-4", "MORE", 1));

        // A-1 gives back two keys and all its money, and A-2 the money for three units it did not get.
        Assert.Equal(RefusalCode.OutOfStock, Refused(outcomes[0]));
        Assert.Equal(OrderStatus.PartiallyFulfilled, Accepted(outcomes[1]).Status);
        Accepted(outcomes[2]);
        Assert.Equal(RefusalCode.InsufficientBalance, Refused(outcomes[3]));
        Assert.Equal(Money.Zero, (await engine.WalletAsync()).Balance);
        await OrderBooks.AssertBalanceAsync(engine);
    }

    // With enough money nobody is asked twice, so the group has to come to the very same as its drafts one after the other.
    [Fact]
    public async Task Group_ComesToTheSame_AsItsDraftsOneByOne()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var grouped = await StartAsync();
        await using var single = await StartAsync();
        var random = new Random(seed);
        foreach (var engine in (OrderEngine[])[grouped, single])
        {
            await engine.AddStorefrontAsync();
            await engine.AddBatchAsync(await engine.AddSkuAsync("ONE"), 12);
            await engine.AddBatchAsync(await engine.AddSkuAsync("TWO"), 7);
        }

        var requests = Enumerable.Range(0, 20).Select(i => Draft(random, i)).ToArray();
        var together = await grouped.PlaceGroupAsync(requests);
        for (var i = 0; i < requests.Length; i++)
        {
            var alone = await single.PlaceAsync(requests[i]);
            Assert.True(Summary(alone) == Summary(together[i]), $"seed {seed}, draft {i}: alone {Summary(alone)}, in a group {Summary(together[i])}");
        }

        await OrderBooks.AssertBalanceAsync(grouped, $"seed {seed}");
    }

    private static OrderRequest Draft(Random random, int i) =>
        Request($"A-{i}", [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (random.Next(2) == 0 ? "ONE" : "TWO", random.Next(1, 4)))]) with
        {
            AllowPartial = random.Next(2) == 0,
        };

    private static string Summary(IntakeOutcome outcome) => outcome switch
    {
        IntakeOutcome.Accepted accepted => $"{accepted.Order.Status} {string.Join(',', accepted.Order.Claim.Needs.Select(line => line.Keys.Count))}",
        IntakeOutcome.Refused refused => refused.Refusal.Code.ToString(),
        _ => outcome.GetType().Name,
    };

    // Room for five units at 10.00, paid before or after.
    private static async Task AddWithFiftyAsync(OrderEngine engine, string code, Settlement settlement)
    {
        await engine.AddStorefrontAsync(code, shop => shop with { Settlement = settlement, CreditLimit = settlement is Settlement.Postpaid ? Cny(50) : null });
        if (settlement is Settlement.Prepaid)
        {
            await engine.DepositAsync(code, Cny(50));
        }
    }

    [Fact]
    public async Task AnOrderPricedBeforeAChangeOfSettlement_IsJudgedByTheNewOne()
    {
        await using var engine = await StartAsync();
        var onAccount = await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Postpaid });
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 1);
        await engine.ChangeStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });

        var outcome = await engine.Place.HandleAsync(onAccount, Request("A-1"));

        Assert.Equal(RefusalCode.InsufficientBalance, Refused(outcome));
        Assert.Equal(0, await engine.CountAsync("orders"));
    }
}
