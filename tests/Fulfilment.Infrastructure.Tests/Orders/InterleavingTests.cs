using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Everything at once, in an order nobody chose: whatever comes of it, no key is in two units, and stock, money and custody are a recount.</summary>
public sealed class InterleavingTests
{
    private const int Workers = 6;
    private const int StepsOfEach = 60;

    [Fact]
    public async Task OrdersHoldsAndStock_InAnyOrder_Balance()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var engine = await StartAsync(new OrderEngineOptions { Intake = new IntakeOptions(GroupLimit: 16) });
        await engine.AddStorefrontAsync("free");
        await engine.AddStorefrontAsync("prepaid", shop => shop with { Settlement = Settlement.Prepaid, HoldAbove = Cny(35) });
        await engine.AddStorefrontAsync("credit", shop => shop with { CreditLimit = Cny(400), HoldAbove = Cny(25) });
        await engine.DepositAsync("prepaid", Cny(500));
        await engine.AddSkuAsync("ONE");
        await engine.AddSkuAsync("TWO");

        await AtOnceAsync(Workers, async worker =>
        {
            await WorkAsync(engine, new Random(seed + worker));
            return true;
        });

        await OrderBooks.AssertBalanceAsync(engine, $"seed {seed}");
        Assert.True(await engine.CountAsync("orders") > 0, $"seed {seed}");
        await GiveBackOneOfEachAsync(engine);
        await OrderBooks.AssertBalanceAsync(engine, $"seed {seed}");
        Assert.True(await engine.CountAsync("units", "state = 23") > 0 && await engine.CountAsync("units", "state = 24") > 0, $"seed {seed}");
        await AssertLimitsHeldAsync(engine, $"seed {seed}");
    }

    private static async Task WorkAsync(OrderEngine engine, Random random)
    {
        for (var step = 0; step < StepsOfEach; step++)
        {
            var sku = engine.Catalogue.FindSku(random.Next(2) == 0 ? "ONE" : "TWO")!;
            switch (random.Next(16))
            {
                case 0:
                    var days = random.Next(3) == 0 ? (DateOnly?)null : DateOnly.FromDayNumber(engine.Calendar.Today + random.Next(-1, 5));
                    await engine.AddBatchAsync(sku, random.Next(1, 12), days);
                    await engine.Window.StockChangedAsync(CancellationToken.None);
                    break;
                case 1:
                    engine.Window.Reset(sku.Id);
                    break;
                case 2:
                    await engine.DepositAsync("prepaid", Cny(random.Next(1, 50)));
                    break;
                case 3 or 4:
                    await SettleAsync(engine, random);
                    break;
                case 5 or 6:
                    await GiveBackAsync(engine, random);
                    break;
                case 7:
                    await DecideAsync(engine, random);
                    break;
                default:
                    await PlaceAsync(engine, random);
                    break;
            }
        }
    }

    private static async Task PlaceAsync(OrderEngine engine, Random random)
    {
        // Few references, so that many are repeats; the content follows from the reference or does not.
        var number = random.Next(200);
        var content = random.Next(5) == 0 ? random : new Random(number);
        var lines = Enumerable.Range(0, content.Next(1, 4)).Select(_ => (content.Next(2) == 0 ? "ONE" : "TWO", content.Next(1, 4))).ToArray();
        var request = Request($"A-{number}", lines) with { AllowPartial = content.Next(2) == 0 };
        await engine.PlaceAsync(request, new[] { "free", "prepaid", "credit" }[number % 3]);
    }

    private static async Task SettleAsync(OrderEngine engine, Random random)
    {
        var storefront = engine.Catalogue.FindStorefront(random.Next(2) == 0 ? "prepaid" : "credit")!.Id;
        var held = (await engine.Orders.ListAsync(new OrderQuery(storefront, null, 5) { Status = OrderStatus.Held }, CancellationToken.None)).Orders;
        if (held.Count == 0)
        {
            return;
        }

        var id = held[random.Next(held.Count)].Id;
        _ = random.Next(3) switch
        {
            0 => await engine.Held.ReleaseAsync(id, Operator),
            1 => await engine.Held.RejectAsync(id, Operator),
            _ => await engine.Held.CancelAsync(storefront, id),
        };
    }

    // Units of a recent order, some of them shown just now, replaced or refunded by the storefront or an operator; often for the second time.
    private static async Task GiveBackAsync(OrderEngine engine, Random random)
    {
        var storefront = engine.Catalogue.Storefronts[random.Next(3)];
        var orders = (await engine.Orders.ListAsync(new OrderQuery(storefront.Id, null, 8), CancellationToken.None)).Orders;
        if (orders.Count == 0)
        {
            return;
        }

        var order = orders[random.Next(orders.Count)];
        if (random.Next(3) == 0)
        {
            await engine.Reveal.CodesAsync(storefront.Id, order.Id, Operator, CancellationToken.None);
        }

        var units = order.Lines.SelectMany(line => line.Units).Where(_ => random.Next(2) == 0).Select(unit => PublicId.Format(PublicId.Unit, unit.Id));
        var kind = random.Next(2) == 0 ? AfterSalesKind.Refund : AfterSalesKind.Replacement;
        var request = new AfterSalesRequest(order.Id, kind, [.. units], "test", $"K-{random.Next(10_000)}");
        await engine.AfterSales.HandleAsync(request, random.Next(4) == 0 ? null : storefront.Id, Operator);
    }

    // Whatever chance has left behind: it may have replaced and refunded nothing, and it must not have made either impossible.
    private static async Task GiveBackOneOfEachAsync(OrderEngine engine)
    {
        var storefront = engine.Catalogue.FindStorefront("free")!;
        await engine.AddBatchAsync(engine.Catalogue.FindSku("ONE")!, 3);
        await engine.Window.StockChangedAsync(CancellationToken.None);
        var placed = Accepted(await engine.PlaceAsync(Request("one-of-each", "ONE", 2), storefront.Code));
        var order = await engine.FindAsync(placed.Draft.OrderId, storefront.Code);
        var units = order.Lines.SelectMany(line => line.Units).Select(unit => PublicId.Format(PublicId.Unit, unit.Id)).ToList();
        foreach (var (kind, unit) in new[] { AfterSalesKind.Replacement, AfterSalesKind.Refund }.Zip(units))
        {
            var request = new AfterSalesRequest(order.Id, kind, [unit], "test", $"one-of-each-{kind}");
            var pending = (await engine.AfterSales.HandleAsync(request, null, Operator)).Value.Case;
            Assert.Null((await engine.Decisions.ApproveAsync(pending.Id, "test", badCard: true, new Actor("operator:second", null))).Refusal);
        }
    }

    private static async Task DecideAsync(OrderEngine engine, Random random)
    {
        var waiting = await engine.Cases.ListAsync(new AfterSalesQuery(long.MaxValue, 5) { Status = AfterSalesStatus.PendingApproval }, CancellationToken.None);
        if (waiting.Count > 0)
        {
            var id = waiting[random.Next(waiting.Count)].Id;
            var second = new Actor("operator:second", null);
            _ = random.Next(3) == 0
                ? await engine.Decisions.RejectAsync(id, "test", second)
                : await engine.Decisions.ApproveAsync(id, "test", random.Next(2) == 0, second);
        }
    }

    private static async Task AssertLimitsHeldAsync(OrderEngine engine, string seed)
    {
        var (prepaid, credit) = (await engine.WalletAsync("prepaid"), await engine.WalletAsync("credit"));
        Assert.True(prepaid.Balance - prepaid.Held >= Core.Money.Zero, seed);
        Assert.True(credit.Balance - credit.Held >= -Cny(400), seed);
    }
}
