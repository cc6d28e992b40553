using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Too many drafts, no more time, and no node number: what is not admitted is not stored, and what is admitted is finished.</summary>
public sealed class OverloadTests
{
    [Fact]
    public async Task FullQueue_RefusesAsOverloaded_AndStoresNothing()
    {
        await using var engine = await StartAsync(new OrderEngineOptions { Intake = new IntakeOptions(QueueLimit: 4) });
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 20);
        engine.Gate.Close();
        var plug = engine.PlaceAsync(Request("plug", "no such SKU")).AsTask();
        await engine.Gate.ReachedAsync();

        var admitted = Enumerable.Range(0, 4).Select(i => engine.PlaceAsync(Request($"A-{i}")).AsTask()).ToArray();
        var late = engine.PlaceAsync(Request("late"));

        Assert.True(late.IsCompleted, "A full queue is answered at once.");
        Assert.Equal(RefusalCode.Overloaded, Refused(await late));
        engine.Gate.Open();
        await plug;
        foreach (var outcome in await Task.WhenAll(admitted))
        {
            Accepted(outcome);
        }

        Assert.Equal(0, await engine.CountAsync("orders", "client_reference = 'late'"));
        Accepted(await engine.PlaceAsync(Request("late")));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task Stopping_FinishesWhatWasAdmitted_AndAdmitsNoMore()
    {
        await using var engine = await StartAsync(new OrderEngineOptions { Intake = new IntakeOptions(GroupLimit: 3) });
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 20);
        engine.Gate.Close();
        var admitted = Enumerable.Range(0, 10).Select(i => engine.PlaceAsync(Request($"A-{i}")).AsTask()).ToArray();

        var stopping = engine.Intake.DisposeAsync().AsTask();
        var late = await engine.PlaceAsync(Request("late"));
        Assert.False(stopping.IsCompleted);
        engine.Gate.Open();
        await stopping;

        Assert.Equal(RefusalCode.Overloaded, Refused(late));
        Assert.All(admitted, outcome => Assert.True(outcome.IsCompleted));
        foreach (var outcome in admitted)
        {
            Accepted(await outcome);
        }

        Assert.Equal(10, await engine.CountAsync("orders"));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task LostNodeNumber_StoresNothing_UntilThereIsOneAgain()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 5);
        engine.Gate.Close();
        var caught = Enumerable.Range(0, 3).Select(i => engine.PlaceAsync(Request($"A-{i}")).AsTask()).ToArray();
        await engine.Gate.ReachedAsync();

        var until = engine.Ids.Stop();
        engine.Gate.Open();

        foreach (var outcome in caught)
        {
            await Assert.ThrowsAsync<NodeLeaseLostException>(() => outcome);
        }

        await Assert.ThrowsAsync<NodeLeaseLostException>(() => engine.PlaceAsync(Request("A-9")).AsTask());
        Assert.Equal(0, await engine.CountAsync("orders"));

        engine.Ids.Use(new NodeLease(8, until, engine.Time.GetUtcNow().AddYears(2).ToUnixTimeMilliseconds(), long.MaxValue));
        Accepted(await engine.PlaceAsync(Request("A-0", quantity: 5)));
        await OrderBooks.AssertBalanceAsync(engine);
    }
}
