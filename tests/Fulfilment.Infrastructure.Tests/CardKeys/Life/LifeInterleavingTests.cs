using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.CardKeys.Life;

/// <summary>Sale, holds, freezing, recall, voiding and expiry at once, in an order nobody chose: whatever comes of it, stock, money and custody are a recount.</summary>
public sealed class LifeInterleavingTests
{
    private const int Workers = 6;
    private const int StepsOfEach = 50;

    [Fact]
    public async Task SaleAndLife_InAnyOrder_Balance()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var engine = await WithdrawBatchTests.WithShopAsync(holdAbove: 25);
        var desk = new LifeDesk(engine);
        await engine.AddSkuAsync();

        await AtOnceAsync(Workers, async worker =>
        {
            var random = new Random(seed + worker);
            for (var step = 0; step < StepsOfEach; step++)
            {
                await StepAsync(engine, desk, random, $"{worker}-{step}");
            }

            return true;
        });
        await desk.Withdrawn.RunAsync(CancellationToken.None);

        await OrderBooks.AssertBalanceAsync(engine, $"seed {seed}");
        foreach (var state in (int[])[12, 13, 14, 15])
        {
            Assert.True(await engine.CountAsync("custody_entries", "state = @state", new { state }) > 0, $"seed {seed}: nothing ever became {(CardKeyState)state}.");
        }

        Assert.Equal(0, await engine.CountAsync("card_keys AS k JOIN batches AS b ON b.id = k.batch_id", "b.status = 22 AND k.state IN (10, 12)"));
    }

    private static async Task StepAsync(OrderEngine engine, LifeDesk desk, Random random, string name)
    {
        var sku = engine.Catalogue.FindSku("VIP")!;
        switch (random.Next(14))
        {
            case 0 or 1:
                await engine.AddBatchAsync(sku, random.Next(5, 30), random.Next(2) == 0 ? null : DateOnly.FromDayNumber(engine.Calendar.Today + random.Next(-1, 2)));
                await engine.Window.StockChangedAsync(CancellationToken.None);
                break;
            case 2:
                await WithBatchAsync(engine, random, id => desk.Batches.FreezeAsync(id, name, Operator));
                break;
            case 3 or 4:
                await WithBatchAsync(engine, random, id => desk.Batches.UnfreezeAsync(id, name, Operator));
                break;
            case 5:
                await WithBatchAsync(engine, random, id => desk.Batches.RecallAsync(id, name, Operator));
                await desk.Withdrawn.RunAsync(CancellationToken.None);
                break;
            case 6 or 7:
                await WithKeyAsync(engine, random, id => random.Next(3) switch
                {
                    0 => desk.Keys.FreezeAsync(id, name, Operator),
                    1 => desk.Keys.UnfreezeAsync(id, name, Operator),
                    _ => desk.Keys.VoidAsync(id, name, Operator),
                });
                break;
            case 8:
                await desk.Expiry.RunAsync(CancellationToken.None);
                break;
            case 9:
                await SettleAsync(engine, random);
                break;
            default:
                await engine.PlaceAsync(Request(name, quantity: random.Next(1, 5)) with { AllowPartial = random.Next(2) == 0 });
                break;
        }
    }

    private static async Task WithBatchAsync(OrderEngine engine, Random random, Func<long, Task<Result<Batch>>> act)
    {
        var batches = await ListAsync(engine, "SELECT id FROM batches");
        if (batches.Count > 0)
        {
            await act(batches[random.Next(batches.Count)]);
        }
    }

    private static async Task WithKeyAsync(OrderEngine engine, Random random, Func<long, Task<Refusal?>> act)
    {
        var keys = await ListAsync(engine, "SELECT id FROM card_keys");
        if (keys.Count > 0)
        {
            await act(keys[random.Next(keys.Count)]);
        }
    }

    private static async Task SettleAsync(OrderEngine engine, Random random)
    {
        var held = await ListAsync(engine, "SELECT id FROM orders WHERE status = 10");
        if (held.Count > 0)
        {
            var id = held[random.Next(held.Count)];
            _ = random.Next(2) == 0 ? await engine.Held.ReleaseAsync(id, Operator) : await engine.Held.RejectAsync(id, Operator);
        }
    }

    private static async Task<List<long>> ListAsync(OrderEngine engine, string sql) =>
        [.. await engine.Storage.Database.ReadAsync(connection => connection.QueryAsync<long>(sql))];
}
