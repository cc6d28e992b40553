using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>Two callers at once: one wins, and the other is told so.</summary>
public sealed class AtOnceTests
{
    private const int Rounds = 8;

    [Fact]
    public async Task OneUnit_TwoKeysAtOnce_IsInOneCase()
    {
        await using var desk = await Desk.OpenAsync(stock: 3 * Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            var order = await desk.SoldAsync(shown: round % 2 == 0);

            var asked = await AtOnceAsync(2, i => new ValueTask<Result<RequestedCase>>(
                desk.TryAskAsync(i == 0 ? AfterSalesKind.Refund : AfterSalesKind.Replacement, order)));

            Assert.Equal(1, asked.Count(result => result.Refusal is null));
            Assert.Equal(1, asked.Count(result => result.Refusal?.Code == RefusalCode.AlreadyInCase));
        }

        Assert.Equal(Rounds, await desk.CountAsync("after_sales_cases"));
        Assert.Equal(Rounds, await desk.CountAsync("idempotency_keys", "operation = 'afterSales'"));
        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task OneKey_TwiceAtOnce_MakesOneCase()
    {
        await using var desk = await Desk.OpenAsync(stock: 2 * Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            var order = await desk.SoldAsync();
            var key = $"same-{round}";

            var asked = await AtOnceAsync(2, _ => new ValueTask<Result<RequestedCase>>(desk.TryAskAsync(AfterSalesKind.Replacement, order, key: key)));

            Assert.Equal(asked[0].Value.Case.Id, asked[1].Value.Case.Id);
            Assert.Equal([false, true], asked.Select(result => result.Value.IsRepeat).Order());
            Assert.Equal(2, (await desk.UnitsAsync(order)).Count);
        }

        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task ApprovedTwiceAtOnce_IsDoneOnce()
    {
        await using var desk = await Desk.OpenAsync(stock: 3 * Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            var order = await desk.SoldAsync(shown: true);
            var pending = await desk.AskAsync(round % 2 == 0 ? AfterSalesKind.Refund : AfterSalesKind.Replacement, order);

            var approved = await AtOnceAsync(2, i => new ValueTask<Result<AfterSalesCase>>(desk.ApproveAsync(pending, i == 0 ? Desk.Li : Desk.Wang)));

            Assert.Equal(1, approved.Count(result => result.Refusal is null));
            Assert.Equal(1, approved.Count(result => result.Refusal?.Code == RefusalCode.NotPending));
            Assert.Equal(2, (await desk.NowAsync(order)).Version);
        }

        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task ApprovedAndRejectedAtOnce_IsOneOfTheTwo()
    {
        await using var desk = await Desk.OpenAsync(stock: 2 * Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            var order = await desk.SoldAsync(shown: true);
            var pending = await desk.AskAsync(AfterSalesKind.Refund, order);

            var decided = await AtOnceAsync(2, i => new ValueTask<Result<AfterSalesCase>>(i == 0 ? desk.ApproveAsync(pending) : desk.RejectAsync(pending)));

            var won = Assert.Single(decided, result => result.Refusal is null).Value;
            Assert.Equal(RefusalCode.NotPending, Assert.Single(decided, result => result.Refusal is not null).Refusal?.Code);
            Assert.Equal(won.Status == AfterSalesStatus.Done ? OrderStatus.Refunded : OrderStatus.Fulfilled, (await desk.NowAsync(order)).Status);
            Assert.Equal(won.Status, (await desk.Engine.Cases.FindAsync(pending.Id, CancellationToken.None))!.Status);
        }

        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task RevealAndAfterSalesAtOnce_NeverShowACodeThatWasGivenBackAsUnseen()
    {
        await using var desk = await Desk.OpenAsync(stock: 4 * Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            var order = await desk.SoldAsync();
            var shown = (IReadOnlyList<string>)[];
            var asked = (AfterSalesCase?)null;

            await AtOnceAsync(2, async i =>
            {
                if (i == 0)
                {
                    shown = await desk.CodesAsync(order);
                }
                else
                {
                    asked = await desk.AskAsync(AfterSalesKind.Refund, order);
                }

                return true;
            });

            // Whoever comes first decides: a code that was shown waits for an operator, and one that was given back is not shown.
            Assert.Equal(shown.Count == 1 ? AfterSalesStatus.PendingApproval : AfterSalesStatus.Done, asked!.Status);
        }

        await desk.AssertBalanceAsync();
    }

    [Fact]
    public async Task LastKey_GoesToTheOrderOrToTheReplacement()
    {
        await using var desk = await Desk.OpenAsync(stock: 0);
        for (var round = 0; round < Rounds; round++)
        {
            await desk.Engine.AddBatchAsync(desk.Engine.Catalogue.FindSku("VIP")!, 1);
            await desk.Engine.Window.StockChangedAsync(CancellationToken.None);
            var order = await desk.SoldAsync();
            await desk.Engine.AddBatchAsync(desk.Engine.Catalogue.FindSku("VIP")!, 1);
            await desk.Engine.Window.StockChangedAsync(CancellationToken.None);

            var got = await AtOnceAsync(2, async i => i == 0
                ? await desk.Engine.PlaceAsync(Request($"last-{round}")) is IntakeOutcome.Accepted
                : (await desk.TryAskAsync(AfterSalesKind.Replacement, order)).Refusal is null);

            Assert.Single(got, one => one);
        }

        await desk.AssertBalanceAsync();
    }
}
