using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Tests.Fulfilment;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>A top-up has no code that could come back: a shop cannot return it by itself, and nobody can replace it.</summary>
public sealed class TopUpRefundTests
{
    [Fact]
    public async Task Operators_RefundIt_AndNobodyReplacesIt()
    {
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync("TOPUP");
        await shop.FinishAsync();
        Assert.Equal(OrderStatus.Fulfilled, (await shop.NowAsync(order)).Status);

        Assert.Equal(RefusalCode.NotEligible, (await AskAsync(shop, order, AfterSalesKind.Refund, order.StorefrontId)).Refusal?.Code);
        Assert.Equal(RefusalCode.NotEligible, (await AskAsync(shop, order, AfterSalesKind.Replacement, null)).Refusal?.Code);
        var pending = (await AskAsync(shop, order, AfterSalesKind.Refund, null)).Value.Case;
        Assert.Equal(AfterSalesStatus.Done, (await shop.Engine.Decisions.ApproveAsync(pending.Id, "checked", badCard: true, Desk.Wang)).Value.Status);

        Assert.Equal(OrderStatus.Refunded, (await shop.NowAsync(order)).Status);
        Assert.Equal(Orders.OrderEngine.Cny(10_000), (await shop.Engine.WalletAsync()).Balance);
        await shop.AssertSoundAsync();
    }

    private static Task<Result<RequestedCase>> AskAsync(Workshop shop, StoredOrder order, AfterSalesKind kind, long? storefront) => shop.Engine.AfterSales.HandleAsync(
        new AfterSalesRequest(order.Id, kind, [PublicId.Format(PublicId.Unit, order.Lines[0].Units[0].Id)], "credited the wrong account", Guid.NewGuid().ToString()), storefront, Desk.Li);
}
