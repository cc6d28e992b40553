using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>Two processes, each with its own database object on the same file, and workers that sleep.</summary>
public sealed class NodesTests
{
    [Fact]
    public async Task OneUnit_TwoWorkers_OneSubmission()
    {
        await using var shop = await Workshop.OpenAsync();
        var nodes = new[] { shop.Node, shop.AddNode(8) };
        for (var round = 1; round <= 15; round++)
        {
            var order = await shop.OrderAsync(round % 2 == 0 ? "CODE" : "TOPUP");

            var calls = await AtOnceAsync(2, i => new ValueTask<int>(nodes[i].LookAsync()));

            Assert.Equal(1, calls.Sum());
            Assert.Equal(round, shop.Acme1.Arrivals.Count);
            Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        }

        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task ManyUnits_TwoWorkers_EachIsSubmittedOnce_AndEachOrderEnds()
    {
        await using var shop = await Workshop.OpenAsync();
        var nodes = new[] { shop.Node, shop.AddNode(8) };
        for (var i = 0; i < 10; i++)
        {
            await shop.OrderAsync(quantity: 1 + (i % 5));
        }

        // Time stands still meanwhile: a node that let it pass would make the other's submissions too late to be sent.
        await AtOnceAsync(2, async i =>
        {
            var calls = 0;
            while (await nodes[i].LookAsync() is > 0 and var more)
            {
                calls += more;
            }

            return calls;
        });
        await shop.FinishAsync();

        Assert.Equal(30, shop.Acme1.Arrivals.Count);
        Assert.Equal(0, await shop.CountAsync("orders", "status <> 20"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task OneUnknown_TwoWorkers_OneQuery_AndTheNextNotBeforeItsTime()
    {
        await using var shop = await Workshop.OpenAsync();
        var nodes = new[] { shop.Node, shop.AddNode(8) };
        shop.Acme1.OnIssue = _ => Unknown();
        shop.Acme1.OnQuery = _ => Answer(new SupplierOutcome.Processing());
        await shop.OrderAsync();
        await shop.Node.LookAsync();
        var last = DateTimeOffset.MinValue;
        for (var second = 0; second < 300; second++)
        {
            shop.Pass(1);
            var before = shop.Acme1.Queries.Count;
            await AtOnceAsync(2, i => new ValueTask<int>(nodes[i].LookAsync()));
            if (shop.Acme1.Queries.Count > before)
            {
                Assert.Equal(before + 1, shop.Acme1.Queries.Count);
                Assert.True(shop.Engine.Time.GetUtcNow() - last >= shop.Acme1.Timing.QueryInterval);
                last = shop.Engine.Time.GetUtcNow();
            }
        }

        Assert.InRange(shop.Acme1.Queries.Count, 6, 10);
        Assert.Equal(1, shop.Acme1.Arrivals.Values.Sum());
    }

    [Fact]
    public async Task WorkerThatSleptPastItsTime_SendsNothing()
    {
        await using var shop = await Workshop.OpenAsync();
        var slept = 0;
        shop.Acme1.BeforeSend = () =>
        {
            if (++slept == 1)
            {
                shop.Pass(10);
            }

            return Task.CompletedTask;
        };
        var order = await shop.OrderAsync();

        await shop.Node.LookAsync();

        Assert.Empty(shop.Acme1.Arrivals);
        Assert.Equal((AttemptState.NotSent, "send_deadline_passed"), ((await shop.AttemptsAsync())[0].State, (await shop.AttemptsAsync())[0].Reason));
        await shop.FinishAsync();
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task WorkerThatSleptWhileAnotherAsked_StillSendsNothing_AndItsWordStands()
    {
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync();
        var submission = Assert.Single((await shop.Node.Fulfil.BeginAsync(10, CancellationToken.None)).Submissions);
        shop.Pass(30);
        Assert.Equal(1, await shop.AddNode(8).LookAsync());
        Assert.Equal(UnitState.Unknown, (await shop.UnitAsync(order)).State);

        await shop.Node.Submit.RunAsync(submission, CancellationToken.None);

        Assert.Empty(shop.Acme1.Arrivals);
        Assert.Equal(AttemptState.NotSent, Assert.Single(await shop.AttemptsAsync()).State);
        await shop.FinishAsync();
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task QueryThatOverslept_IsNotSent()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = _ => Unknown();
        await shop.OrderAsync();
        await shop.Node.LookAsync();
        shop.Pass(5);
        var question = Assert.Single((await shop.Node.Resolve.BeginAsync(10, CancellationToken.None)).Questions);
        shop.Pass(2);

        await shop.Node.Resolve.AskAsync(question, CancellationToken.None);

        Assert.Empty(shop.Acme1.Queries);
    }
}
