using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Promise 2: a storefront's reference makes at most one order, for ever.</summary>
public sealed class ClientReferenceTests
{
    [Fact]
    public async Task OneReference_FromManyThreads_MakesOneOrder()
    {
        await using var engine = await WithStockAsync(10);

        var outcomes = await AtOnceAsync(64, _ => engine.PlaceAsync(Request("A-1")));

        var accepted = Assert.Single(outcomes.OfType<IntakeOutcome.Accepted>());
        Assert.All(outcomes, outcome => Assert.Equal(accepted.Order.Draft.OrderId, OrderOf(outcome)));
        Assert.All(outcomes.OfType<IntakeOutcome.Stored>(), stored => Assert.False(stored.IsOurs));
        Assert.Equal(1, await engine.CountAsync("orders"));
        Assert.Equal(1, await engine.CountAsync("card_keys", "state = 13"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task OneReference_WithOtherContents_MakesOneOrder_AndConflicts()
    {
        await using var engine = await WithStockAsync(300);

        var outcomes = await AtOnceAsync(64, i => engine.PlaceAsync(Request("A-1", quantity: 1 + (i % 4))));

        var order = Accepted(Assert.Single(outcomes, outcome => outcome is IntakeOutcome.Accepted));
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (1 + (i % 4) == order.Draft.Lines[0].Quantity)
            {
                Assert.Equal(order.Draft.OrderId, OrderOf(outcomes[i]));
            }
            else
            {
                Assert.Equal(RefusalCode.ReferenceConflict, Refused(outcomes[i]));
            }
        }

        Assert.Equal(1, await engine.CountAsync("orders"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task SameReference_TwiceInAGroup_CountsOnce()
    {
        await using var engine = await WithStockAsync(10);

        var outcomes = await engine.PlaceGroupAsync(
            Request("A-1"), Request("A-2"), Request("A-1"), Request("A-1", quantity: 2), Request("A-2"));

        var (first, second) = (Accepted(outcomes[0]).Draft.OrderId, Accepted(outcomes[1]).Draft.OrderId);
        Assert.Equal(new IntakeOutcome.Stored(first, IsOurs: false), outcomes[2]);
        Assert.Equal(RefusalCode.ReferenceConflict, Refused(outcomes[3]));
        Assert.Equal(new IntakeOutcome.Stored(second, IsOurs: false), outcomes[4]);
        Assert.Equal(2, await engine.CountAsync("card_keys", "state = 13"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task RefusedFirst_DoesNotDecideForOtherContent_InItsGroup()
    {
        await using var engine = await WithStockAsync(1);

        var outcomes = await engine.PlaceGroupAsync(Request("A-1", quantity: 2), Request("A-1", quantity: 2), Request("A-1"), Request("A-1", quantity: 2));

        Assert.Equal(RefusalCode.OutOfStock, Refused(outcomes[0]));
        Assert.Equal(RefusalCode.OutOfStock, Refused(outcomes[1]));
        var order = Accepted(outcomes[2]);
        Assert.Equal(1, order.Draft.Lines[0].Quantity);
        Assert.Equal(RefusalCode.OutOfStock, Refused(outcomes[3]));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task Twin_IsNotRefused_ForWhatTheCatalogueSaidBeforeItWasMade()
    {
        await using var engine = await WithStockAsync(1);
        await engine.ChangeSkuAsync("VIP", sku => sku with { OnShelf = false });
        engine.Gate.Close();
        var plug = engine.PlaceAsync(Request("plug", "no such SKU")).AsTask();
        await engine.Gate.ReachedAsync();
        var before = engine.PlaceAsync(Request("A-1")).AsTask();
        await engine.ChangeSkuAsync("VIP", sku => sku with { OnShelf = true });

        var after = engine.PlaceAsync(Request("A-1")).AsTask();
        engine.Gate.Open();

        await plug;
        Assert.Equal(RefusalCode.SkuOffShelf, Refused(await before));
        Accepted(await after);
    }

    public static TheoryData<string> Changes => ["price", "shelf", "quantity", "route", "wallet", "stock", "recipient", "settlement"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Repeat_AnswersTheStoredOrder_WhateverHasChanged(string change)
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });
        await engine.DepositAsync(Shop, Cny(20));
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 2);
        var request = Request("A-1", quantity: 2) with
        {
            Lines = [new OrderLineRequest { Sku = "VIP", Quantity = 2, Recipient = "13800000000", MaxUnitPrice = Cny(10) }],
        };
        var order = Accepted(await engine.PlaceAsync(request));
        if (change == "settlement")
        {
            await engine.ChangeStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Postpaid, CreditLimit = Money.Zero, HoldAbove = Cny(1) });
        }

        await engine.ChangeSkuAsync("VIP", sku => change switch
        {
            "price" => sku with { Price = Cny(99) },
            "shelf" => sku with { OnShelf = false },
            "quantity" => sku with { MaxPerOrder = 1 },
            "route" => sku with { Routes = [new Route(RouteSource.Manual)] },
            "recipient" => sku with { RecipientMode = RecipientMode.None },
            _ => sku,
        });

        // Wallet and stock are both used up by the order itself.
        var repeat = await engine.PlaceAsync(request);

        Assert.Equal(new IntakeOutcome.Stored(order.Draft.OrderId, IsOurs: false), repeat);
        var stored = await engine.FindAsync(order.Draft.OrderId);
        Assert.Equal(Cny(20), stored.Amount);
        Assert.Equal(OrderStatus.Fulfilled, stored.Status);
        Assert.Equal(1, await engine.CountAsync("orders"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task Repeat_WithWhatIsNotContent_IsTheSame()
    {
        await using var engine = await WithStockAsync(5);
        var order = Accepted(await engine.PlaceAsync(Request("A-1"))).Draft.OrderId;

        var repeat = await engine.PlaceAsync(Request("A-1") with
        {
            Campaign = "spring",
            Metadata = new Dictionary<string, string> { ["a"] = "b" },
            Buyer = new BuyerRequest { Ip = "203.0.113.9" },
        });

        Assert.Equal(new IntakeOutcome.Stored(order, IsOurs: false), repeat);
    }

    [Fact]
    public async Task RefusedDraft_DoesNotUseUpItsReference()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync(Shop, shop => shop with { Settlement = Settlement.Prepaid });
        Assert.Equal(RefusalCode.UnknownSku, Refused(await engine.PlaceAsync(Request("A-1"))));
        var sku = await engine.AddSkuAsync();
        Assert.Equal(RefusalCode.InsufficientBalance, Refused(await engine.PlaceAsync(Request("A-1"))));
        await engine.DepositAsync(Shop, Cny(10));
        Assert.Equal(RefusalCode.OutOfStock, Refused(await engine.PlaceAsync(Request("A-1"))));
        Assert.Equal(0, await engine.CountAsync("orders"));
        await engine.AddBatchAsync(sku, 1);

        Accepted(await engine.PlaceAsync(Request("A-1")));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task SameReference_OfAnotherStorefront_IsAnotherOrder()
    {
        await using var engine = await WithStockAsync(3);
        await engine.AddStorefrontAsync("shop-2");

        var outcomes = await engine.PlaceGroupAsync((Shop, Request("A-1")), ("shop-2", Request("A-1")), ("shop-2", Request("A-1", quantity: 2)));

        Assert.NotEqual(Accepted(outcomes[0]).Draft.OrderId, Accepted(outcomes[1]).Draft.OrderId);
        Assert.Equal(RefusalCode.ReferenceConflict, Refused(outcomes[2]));
        Assert.Null(await engine.Orders.FindAsync(engine.Catalogue.FindStorefront("shop-2")!.Id, OrderOf(outcomes[0])!.Value, CancellationToken.None));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task ReferencesThatOnlyLookAlike_AreDifferent()
    {
        await using var engine = await WithStockAsync(10);

        foreach (var reference in (string[])["a-1", "A-1", "A-1 ", "Ａ-1", "A‑1"])
        {
            Accepted(await engine.PlaceAsync(Request(reference)));
        }

        Assert.Equal(5, await engine.CountAsync("orders"));
    }

    private static async Task<OrderEngine> WithStockAsync(int count)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), count);
        return engine;
    }
}
