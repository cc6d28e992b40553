using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>The price goes back once, to where the storefront pays from.</summary>
public sealed class RefundTests
{
    [Fact]
    public async Task Refund_CanBeSpentAgain_AndTheCodeIsGoneForEver()
    {
        await using var desk = await Desk.OpenAsync(stock: 101);
        var order = await desk.SoldAsync(quantity: 100);
        Assert.Equal(RefusalCode.InsufficientBalance, Refused(await desk.Engine.PlaceAsync(Request("poor"))));

        var done = await desk.AskAsync(AfterSalesKind.Refund, order, order.Lines[0].Units[0].Id);

        Assert.Equal((AfterSalesStatus.Done, Cny(10)), (done.Status, done.Units[0].Refunded));
        Assert.Equal(Cny(10), await desk.BalanceAsync());
        Assert.Equal(1, await desk.CountAsync("transfers", "kind = 5 AND debit_account = 3 AND credit_account = 2 AND amount = 100000 AND order_id = @Id", order));
        Assert.Equal(1, await desk.CountAsync("outbox", "order_id = @Id AND type = 11 AND version = 2 AND status = 20", order));
        Assert.DoesNotContain(TestBatch.CodeOf(desk.Engine.Catalogue.FindSku("VIP")!, order.Lines[0].Units[0].CardKeyId!.Value).Secret, await desk.CodesAsync(order));
        Assert.Single(Accepted(await desk.Engine.PlaceAsync(Request("poor"))).Claim.Needs[0].Keys);
        Assert.Equal(RefusalCode.OutOfStock, Refused(await desk.Engine.PlaceAsync(Request("free") with { Lines = [new OrderLineRequest { Sku = "VIP", Quantity = 1 }] }, await RichAsync(desk))));
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task Order_IsRefunded_OnceNothingIsLeftWithTheBuyer()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.Engine.AddBatchAsync(await desk.Engine.AddSkuAsync("TWO", sku => sku with { Price = Cny(3) }), 5);
        var order = await desk.SoldAsync(lines: [("VIP", 2), ("TWO", 1)]);
        var (vip, two) = (order.Lines[0], order.Lines[1]);

        await desk.AskAsync(AfterSalesKind.Refund, order, vip.Units[0].Id);
        Assert.Equal([OrderStatus.Fulfilled, OrderStatus.Fulfilled], (await desk.NowAsync(order)).Lines.Select(line => line.Status));
        await desk.AskAsync(AfterSalesKind.Refund, order, vip.Units[1].Id);
        Assert.Equal([OrderStatus.Refunded, OrderStatus.Fulfilled], (await desk.NowAsync(order)).Lines.Select(line => line.Status));
        Assert.Equal(OrderStatus.Fulfilled, (await desk.NowAsync(order)).Status);
        await desk.AssertBalanceAsync();
        await desk.AskAsync(AfterSalesKind.Refund, order, two.Units[0].Id);

        var now = await desk.NowAsync(order);
        Assert.Equal((OrderStatus.Refunded, 4, order.Amount), (now.Status, now.Version, now.Amount));
        Assert.Equal(Cny(1_000), await desk.BalanceAsync());
        Assert.Equal(1, await desk.CountAsync("outbox", "order_id = @Id AND type = 6 AND version = 4 AND status = 24", order));
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task PartOfAnOrder_IsRefundedAtWhatWasCharged()
    {
        await using var desk = await Desk.OpenAsync(stock: 2);
        var accepted = Accepted(await desk.Engine.PlaceAsync(Request("part", quantity: 5) with { AllowPartial = true }));
        var order = await desk.Engine.FindAsync(accepted.Draft.OrderId);
        await desk.Engine.ChangeSkuAsync("VIP", sku => sku with { Price = Cny(99) });

        Assert.Equal(RefusalCode.NotEligible, (await desk.TryAskAsync(AfterSalesKind.Refund, order)).Refusal?.Code);
        await desk.AskAsync(AfterSalesKind.Refund, order, [.. order.Lines[0].Units.Take(2).Select(unit => unit.Id)]);

        Assert.Equal(OrderStatus.Refunded, (await desk.NowAsync(order)).Status);
        Assert.Equal(Cny(1_000), await desk.BalanceAsync());
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task FreeUnit_IsRefundedWithoutMoney()
    {
        await using var desk = await Desk.OpenAsync(price: 0);
        var order = await desk.SoldAsync();

        Assert.Equal(Money.Zero, (await desk.AskAsync(AfterSalesKind.Refund, order)).Units[0].Refunded);

        Assert.Equal(OrderStatus.Refunded, (await desk.NowAsync(order)).Status);
        Assert.Equal(0, await desk.CountAsync("transfers", "kind = 5"));
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task Refund_GoesToWhereTheStorefrontPaysFromNow()
    {
        await using var desk = await Desk.OpenAsync(storefront: shop => shop with { Settlement = Settlement.Postpaid });
        await desk.Engine.AddStorefrontAsync("later");
        var order = await desk.SoldAsync(quantity: 3, storefront: "later");
        await desk.Engine.DepositAsync("later", Cny(30));
        await desk.Engine.ChangeStorefrontAsync("later", shop => shop with { Settlement = Settlement.Prepaid });

        await desk.AskAsync(AfterSalesKind.Refund, order, order.Lines[0].Units[0].Id);

        Assert.Equal(new WalletBalance(Cny(10), Money.Zero), await desk.Engine.WalletAsync("later"));
        Assert.Equal(1, await desk.CountAsync("transfers", "kind = @Refund AND credit_account = @Deposit", new { TransferKind.Refund, AccountKind.Deposit }));
        Assert.Single(Accepted(await desk.Engine.PlaceAsync(Request("next"), "later")).Claim.Needs[0].Keys);
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task Refund_FreesCredit_AndLeavesHoldsAlone()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.Engine.AddStorefrontAsync("credit", shop => shop with { CreditLimit = Cny(50), HoldAbove = Cny(25) });
        var order = await desk.SoldAsync(quantity: 2, storefront: "credit");
        Assert.Equal(OrderStatus.Held, Accepted(await desk.Engine.PlaceAsync(Request("held", quantity: 3), "credit")).Status);
        Assert.Equal(RefusalCode.InsufficientBalance, Refused(await desk.Engine.PlaceAsync(Request("over"), "credit")));

        await desk.AskAsync(AfterSalesKind.Refund, order, order.Lines[0].Units[0].Id);

        Assert.Equal(new WalletBalance(-Cny(10), Cny(30)), await desk.Engine.WalletAsync("credit"));
        Assert.Single(Accepted(await desk.Engine.PlaceAsync(Request("over"), "credit")).Claim.Needs[0].Keys);
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task UnitsThatWereNotDelivered_HaveNothingToGiveBack()
    {
        await using var desk = await Desk.OpenAsync(storefront: shop => shop with { HoldAbove = Cny(5) });
        var accepted = Accepted(await desk.Engine.PlaceAsync(Request("held")));
        var order = await desk.Engine.FindAsync(accepted.Draft.OrderId);

        Assert.Equal(RefusalCode.NotEligible, (await desk.TryAskAsync(AfterSalesKind.Refund, order)).Refusal?.Code);
        Assert.Null(await desk.Engine.Held.RejectAsync(order.Id, Desk.Li));
        Assert.Equal(RefusalCode.NotEligible, (await desk.TryAskAsync(AfterSalesKind.Replacement, order)).Refusal?.Code);
        await desk.AssertBalanceAsync();
    }

    private static async Task<string> RichAsync(Desk desk) => (await desk.Engine.AddStorefrontAsync("rich")).Code;
}
