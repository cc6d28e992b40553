using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>What goes through by itself, what waits for a person, and what is refused.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task ShownCode_WaitsForAnOperator_AndNothingChangesMeanwhile()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.SoldAsync(shown: true);

        var pending = await desk.AskAsync(AfterSalesKind.Refund, order);

        Assert.Equal(AfterSalesStatus.PendingApproval, pending.Status);
        Assert.Equal(order.Lines[0].Units[0].RevealedAtMs, pending.Units[0].RevealedAtMs);
        Assert.Equivalent(order, await desk.NowAsync(order), strict: true);
        Assert.Equal(Cny(990), await desk.BalanceAsync());
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task CodeShownByALaterReveal_WaitsToo()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.SoldAsync();
        await desk.CodesAsync(order);

        Assert.Equal(AfterSalesStatus.PendingApproval, (await desk.AskAsync(AfterSalesKind.Replacement, order)).Status);
    }

    [Fact]
    public async Task OneShownUnit_LetsTheWholeCaseWait_AndUsesUpNothing()
    {
        await using var desk = await Desk.OpenAsync(policy: new AfterSalesPolicy(AutomaticPerDay: 2));
        var shown = await desk.SoldAsync(quantity: 3, shown: true);

        Assert.Equal(AfterSalesStatus.PendingApproval, (await desk.AskAsync(AfterSalesKind.Refund, shown)).Status);

        var other = await desk.SoldAsync(quantity: 2, shown: true);
        var done = await desk.AskAsync(AfterSalesKind.Refund, other);
        Assert.Equal(AfterSalesStatus.Done, done.Status);
        Assert.All(done.Units, unit => Assert.Equal(desk.Engine.Calendar.Today, unit.AutomaticDay));
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task Allowance_IsOfADay_AStorefrontAndASku_AndUnshownUnitsDoNotUseIt()
    {
        await using var desk = await Desk.OpenAsync(stock: 40, policy: new AfterSalesPolicy(AutomaticPerDay: 2));
        await desk.Engine.AddStorefrontAsync("shop-2");
        await desk.Engine.AddBatchAsync(await desk.Engine.AddSkuAsync("TWO", sku => sku with { AfterSales = new AfterSalesPolicy(AutomaticPerDay: 1) }), 5);
        async Task<AfterSalesStatus> AskAsync(bool shown = true, string storefront = Shop, string sku = "VIP") =>
            (await desk.AskAsync(AfterSalesKind.Refund, await desk.SoldAsync(shown: shown, storefront: storefront, lines: (sku, 1)))).Status;

        Assert.Equal(AfterSalesStatus.Done, await AskAsync());
        Assert.Equal(AfterSalesStatus.Done, await AskAsync(shown: false));
        Assert.Equal(AfterSalesStatus.Done, await AskAsync());
        Assert.Equal(AfterSalesStatus.PendingApproval, await AskAsync());
        Assert.Equal(AfterSalesStatus.Done, await AskAsync(shown: false));
        Assert.Equal(AfterSalesStatus.Done, await AskAsync(storefront: "shop-2"));
        Assert.Equal(AfterSalesStatus.Done, await AskAsync(sku: "TWO"));
        Assert.Equal(AfterSalesStatus.PendingApproval, await AskAsync(sku: "TWO"));

        // It is 16:00 in the business zone; at midnight there, not in UTC, the next day begins.
        desk.Engine.Time.Step(TimeSpan.FromHours(8) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(AfterSalesStatus.PendingApproval, await AskAsync());
        desk.Engine.Time.Step(TimeSpan.FromMilliseconds(1));
        Assert.Equal(AfterSalesStatus.Done, await AskAsync());
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task Allowance_IsExact_WhenManyAskAtOnce()
    {
        await using var desk = await Desk.OpenAsync(stock: 20, policy: new AfterSalesPolicy(AutomaticPerDay: 3));
        var orders = new List<StoredOrder>();
        for (var i = 0; i < 8; i++)
        {
            orders.Add(await desk.SoldAsync(shown: true));
        }

        var cases = await AtOnceAsync(8, i => new ValueTask<AfterSalesCase>(desk.AskAsync(i % 2 == 0 ? AfterSalesKind.Refund : AfterSalesKind.Replacement, orders[i])));

        Assert.Equal(3, cases.Count(asked => asked.Status == AfterSalesStatus.Done));
        Assert.Equal(5, cases.Count(asked => asked.Status == AfterSalesStatus.PendingApproval));
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task OnlyUnrevealed_RefusesShownCodes_ButNotAnOperator()
    {
        await using var desk = await Desk.OpenAsync(policy: new AfterSalesPolicy(AutomaticPerDay: 5, OnlyUnrevealed: true));
        var (unshown, shown) = (await desk.SoldAsync(), await desk.SoldAsync(shown: true));

        Assert.Equal(RefusalCode.NotEligible, (await desk.TryAskAsync(AfterSalesKind.Refund, shown)).Refusal?.Code);
        Assert.Equal(AfterSalesStatus.Done, (await desk.AskAsync(AfterSalesKind.Refund, unshown)).Status);

        var pending = (await desk.TryAskAsync(AfterSalesKind.Refund, shown, actor: Desk.Li)).Value.Case;
        Assert.Equal(AfterSalesStatus.PendingApproval, pending.Status);
        Assert.Equal(AfterSalesStatus.Done, (await desk.ApproveAsync(pending, Desk.Wang)).Value.Status);
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task CoolingOff_EndsWithTheLastBusinessDay()
    {
        await using var desk = await Desk.OpenAsync(policy: new AfterSalesPolicy(CoolingOffDays: 2));
        var (first, second) = (await desk.SoldAsync(), await desk.SoldAsync());

        // Delivered on the 1st at 16:00: the 3rd is the last day, to midnight.
        desk.Engine.Time.Step(TimeSpan.FromHours(56) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(AfterSalesStatus.Done, (await desk.AskAsync(AfterSalesKind.Refund, first)).Status);
        desk.Engine.Time.Step(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RefusalCode.NotEligible, (await desk.TryAskAsync(AfterSalesKind.Refund, second)).Refusal?.Code);
        Assert.Equal(AfterSalesStatus.PendingApproval, (await desk.TryAskAsync(AfterSalesKind.Refund, second, actor: Desk.Li)).Value.Case.Status);
    }

    [Fact]
    public async Task OperatorsCase_WaitsForAnother_WhateverWasShown()
    {
        await using var desk = await Desk.OpenAsync(policy: new AfterSalesPolicy(AutomaticPerDay: 5));
        var order = await desk.SoldAsync();

        var pending = (await desk.TryAskAsync(AfterSalesKind.Replacement, order, actor: Desk.Li)).Value.Case;
        Assert.Equal(AfterSalesStatus.PendingApproval, pending.Status);
        Assert.Equal(RefusalCode.SecondPersonRequired, (await desk.ApproveAsync(pending, Desk.Li)).Refusal?.Code);

        // The same person with another key is the same person.
        Assert.Equal(RefusalCode.SecondPersonRequired, (await desk.ApproveAsync(pending, Desk.Li with { Address = System.Net.IPAddress.Loopback })).Refusal?.Code);
        Assert.Equal("operator:wang", (await desk.ApproveAsync(pending, Desk.Wang)).Value.DecidedBy);
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task RejectedCase_FreesItsUnits()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.SoldAsync(shown: true);
        var pending = await desk.AskAsync(AfterSalesKind.Refund, order);
        Assert.Equal(RefusalCode.AlreadyInCase, (await desk.TryAskAsync(AfterSalesKind.Refund, order)).Refusal?.Code);

        Assert.Equal(AfterSalesStatus.Rejected, (await desk.RejectAsync(pending)).Value.Status);
        Assert.Equal(RefusalCode.NotPending, (await desk.ApproveAsync(pending)).Refusal?.Code);

        var second = await desk.AskAsync(AfterSalesKind.Refund, order);
        Assert.Equal(AfterSalesStatus.Done, (await desk.ApproveAsync(second)).Value.Status);
        Assert.Equal([AfterSalesStatus.Done, AfterSalesStatus.Rejected], (await desk.Engine.Cases.ListAsync(
            new AfterSalesQuery(long.MaxValue, 10) { OrderId = order.Id }, CancellationToken.None)).Select(stored => stored.Status));
        await desk.AssertBalanceAsync();
    }
}
