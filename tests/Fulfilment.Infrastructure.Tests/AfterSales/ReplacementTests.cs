using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>Another code once, the old one withdrawn for ever.</summary>
public sealed class ReplacementTests
{
    [Fact]
    public async Task UnshownUnit_IsReplacedAtOnce()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.SoldAsync(quantity: 2);
        var (old, other) = (order.Lines[0].Units[0], order.Lines[0].Units[1]);
        await desk.Engine.WarmPoolAsync(desk.Engine.Catalogue.FindSku("VIP")!);

        var done = await desk.AskAsync(AfterSalesKind.Replacement, order, old.Id);

        Assert.Equal((AfterSalesStatus.Done, null), (done.Status, done.DecidedBy));
        var now = await desk.NowAsync(order);
        var units = await desk.UnitsAsync(order);
        Assert.Equal((OrderStatus.Fulfilled, 2, order.CompletedAtMs), (now.Status, now.Version, now.CompletedAtMs));
        Assert.Equal([UnitState.Replaced, UnitState.Delivered, UnitState.Delivered], units.Select(unit => unit.State));
        Assert.Equal([null, null, old.Id], units.Select(unit => unit.ReplacesUnitId));
        Assert.Equal(done.Units[0].NewUnitId, units[2].Id);
        Assert.Null(units[2].RevealedAtMs);

        // Nothing was charged, and the new code cost what it had cost.
        Assert.Equal(Cny(980), await desk.BalanceAsync());
        Assert.Equal(3 * Cny(6).TenThousandths, await SumAsync(desk, "kind = 2 AND order_id = @Id", order));
        Assert.Equal(1, await desk.CountAsync("outbox", "order_id = @Id AND type = 10 AND version = 2 AND status = 20", order));
        Assert.Equal(1, await desk.CountAsync("card_key_flags", "card_key_id = @CardKeyId AND flag = 1", old));
        Assert.Equal(1, await desk.CountAsync("audit_entries", "action = 'afterSales.requested' AND actor = 'storefront:shop-1'"));

        var codes = await desk.CodesAsync(order);
        var sku = desk.Engine.Catalogue.FindSku("VIP")!;
        Assert.Equal([TestBatch.CodeOf(sku, other.CardKeyId!.Value).Secret, TestBatch.CodeOf(sku, units[2].CardKeyId!.Value).Secret], codes);
        Assert.Null((await desk.UnitsAsync(order))[0].RevealedAtMs);
        await desk.AssertBalanceAsync();

        // The pool was told: all that is left is sold without one key being lost.
        Assert.Equal(7, Accepted(await desk.Engine.PlaceAsync(Request("rest", quantity: 7))).Claim.Needs[0].Keys.Count);
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task Replacement_MayItselfBeReplacedOrRefunded_Once()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.SoldAsync();
        var first = order.Lines[0].Units[0].Id;

        var second = (await desk.AskAsync(AfterSalesKind.Replacement, order, first)).Units[0].NewUnitId!.Value;
        var third = (await desk.AskAsync(AfterSalesKind.Replacement, order, second)).Units[0].NewUnitId!.Value;
        Assert.Equal(RefusalCode.AlreadyInCase, (await desk.TryAskAsync(AfterSalesKind.Refund, order, [first])).Refusal?.Code);
        Assert.Equal(RefusalCode.AlreadyInCase, (await desk.TryAskAsync(AfterSalesKind.Refund, order, [second])).Refusal?.Code);
        await desk.AssertBalanceAsync();

        var refund = await desk.AskAsync(AfterSalesKind.Refund, order, third);
        Assert.Equal(RefusalCode.AlreadyInCase, (await desk.TryAskAsync(AfterSalesKind.Refund, order, [third])).Refusal?.Code);

        // The price is back once, however often the code was changed.
        Assert.Equal(Cny(10), refund.Units[0].Refunded);
        Assert.Equal(Cny(1_000), await desk.BalanceAsync());
        Assert.Equal([UnitState.Replaced, UnitState.Replaced, UnitState.Refunded], (await desk.UnitsAsync(order)).Select(unit => unit.State));
        Assert.Equal((OrderStatus.Refunded, 4), ((await desk.NowAsync(order)).Status, (await desk.NowAsync(order)).Version));
        Assert.Empty(await desk.CodesAsync(order));
        Assert.Equal(3, await desk.CountAsync("card_key_flags", "flag = 1"));
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task SeveralLines_AreReplacedTogether_OrNotAtAll()
    {
        await using var desk = await Desk.OpenAsync(stock: 4);
        await desk.Engine.AddBatchAsync(await desk.Engine.AddSkuAsync("TWO"), 1);
        var order = await desk.SoldAsync(lines: [("VIP", 2), ("TWO", 1)]);
        var before = await StateOfDatabase.OfAsync(desk.Engine);

        // TWO is sold out; the two keys of VIP are given back.
        var refused = await desk.TryAskAsync(AfterSalesKind.Replacement, order, key: "again");

        Assert.Equal(RefusalCode.OutOfStock, refused.Refusal?.Code);
        Assert.Equal(before, await StateOfDatabase.OfAsync(desk.Engine));

        // The key was not used up.
        await desk.Engine.AddBatchAsync(desk.Engine.Catalogue.FindSku("TWO")!, 1);
        var done = (await desk.TryAskAsync(AfterSalesKind.Replacement, order, key: "again")).Value;
        Assert.Equal((AfterSalesStatus.Done, false), (done.Case.Status, done.IsRepeat));
        Assert.Equal(3, (await desk.UnitsAsync(order)).Count(unit => unit.State == UnitState.Replaced));
        Assert.Equal(2, (await desk.NowAsync(order)).Version);
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task Approval_WithoutStock_LeavesTheCaseWaiting()
    {
        await using var desk = await Desk.OpenAsync(stock: 1);
        var order = await desk.SoldAsync(shown: true);
        var pending = await desk.AskAsync(AfterSalesKind.Replacement, order);
        var before = await StateOfDatabase.OfAsync(desk.Engine);

        Assert.Equal(RefusalCode.OutOfStock, (await desk.ApproveAsync(pending)).Refusal?.Code);
        Assert.Equal(before, await StateOfDatabase.OfAsync(desk.Engine));

        await desk.Engine.AddBatchAsync(desk.Engine.Catalogue.FindSku("VIP")!, 1);
        Assert.Equal(AfterSalesStatus.Done, (await desk.ApproveAsync(pending)).Value.Status);
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task NewCode_LastsAsLongAsTheSkuAsksToday_AndComesFromABatchThatSells()
    {
        await using var desk = await Desk.OpenAsync(stock: 1);
        var order = await desk.SoldAsync();
        var sku = desk.Engine.Catalogue.FindSku("VIP")!;
        var today = DateOnly.FromDayNumber(desk.Engine.Calendar.Today);
        await desk.Engine.ChangeSkuAsync("VIP", changed => changed with { MinRemainingDays = 30 });
        await desk.Engine.AddBatchAsync(sku, 1, today.AddDays(29));
        await desk.Engine.AddBatchAsync(sku, 1, status: BatchStatus.AwaitingApproval);
        var frozen = await desk.Engine.AddBatchAsync(sku, 1, today.AddDays(40));
        await desk.Engine.Storage.ExecuteAsync("UPDATE batches SET frozen = 1 WHERE id = @Id", new { frozen.Id });

        Assert.Equal(RefusalCode.OutOfStock, (await desk.TryAskAsync(AfterSalesKind.Replacement, order)).Refusal?.Code);

        var good = await desk.Engine.AddBatchAsync(sku, 1, today.AddDays(30));
        await desk.Engine.ChangeSkuAsync("VIP", changed => changed with { OnShelf = false });
        await desk.AskAsync(AfterSalesKind.Replacement, order);
        Assert.Equal(good.Keys[0], (await desk.UnitsAsync(order))[1].CardKeyId);
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task ConsignedCode_IsOwedToItsSupplierFromNowOn()
    {
        await using var desk = await Desk.OpenAsync(stock: 1);
        var order = await desk.SoldAsync();
        var consigned = await desk.Engine.AddBatchAsync(desk.Engine.Catalogue.FindSku("VIP")!, 1, unitCost: Cny(7), terms: BatchTerms.Consigned);

        await desk.AskAsync(AfterSalesKind.Replacement, order);

        Assert.Equal(Cny(7).TenThousandths, await SumAsync(desk, "kind = 2 AND credit_account = 6 AND credit_subject = @Id", consigned));
        await desk.AssertBalanceAsync();
    }

    private static Task<long> SumAsync(Desk desk, string where, object parameters) => desk.Engine.Storage.Database.ReadAsync(
        connection => connection.ExecuteScalarAsync<long>($"SELECT coalesce(sum(amount), 0) FROM transfers WHERE {where}", parameters));
}
