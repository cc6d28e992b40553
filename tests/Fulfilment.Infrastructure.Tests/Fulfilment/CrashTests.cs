using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>A process that dies at any commit of a unit's way, and each step done twice: another process comes to the same end, and nothing is sent twice.</summary>
public sealed class CrashTests
{
    /// <summary>How suppliers behave, and how often a clean run commits.</summary>
    public static TheoryData<string> Ways => ["issued", "top-up", "rejected", "unknown", "processing", "without code", "not found", "unusable", "not sent"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task DeathAtEachCommit_ComesToTheSameEnd(string way)
    {
        var commits = await CountCommitsAsync(way);
        Assert.True(commits >= 2);
        for (var at = 1; at <= commits; at++)
        {
            foreach (var afterCommit in new[] { false, true })
            {
                await using var shop = await OpenAsync(way);
                var order = await shop.OrderAsync(Sku(way));
                await DieAsync(shop, at, afterCommit);

                await shop.FinishAsync(shop.AddNode(8));

                await AssertEndAsync(shop, order, $"{way}, commit {at}, {(afterCommit ? "after" : "before")}:");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task EachStepTwice_ComesToTheSameEnd(string way)
    {
        await using var shop = await OpenAsync(way);
        var order = await shop.OrderAsync(Sku(way));

        await shop.FinishAsync(shop.AddNode(8, new RepeatingStore(shop.Engine.Storage.FulfilmentStore())));

        await AssertEndAsync(shop, order, way);
    }

    private static string Sku(string way) => way == "top-up" ? "TOPUP" : "CODE";

    private static async Task<Workshop> OpenAsync(string way)
    {
        var shop = await Workshop.OpenAsync();
        var (acme, asked) = (shop.Acme1, 0);
        switch (way)
        {
            case "rejected":
                acme.OnIssue = _ => Reject();
                break;
            case "unknown":
                acme.OnIssue = acme.IssueSilently;
                break;
            case "processing":
                acme.OnIssue = _ => Answer(new SupplierOutcome.Processing("R"));
                acme.OnQuery = request => ++asked < 3 || !acme.Arrivals.ContainsKey(request.Reference)
                    ? acme.Arrivals.ContainsKey(request.Reference) ? Answer(new SupplierOutcome.Processing()) : new SupplierAnswer.NotFound(Raw("none"))
                    : Answer(acme.Issue(request));
                break;
            case "without code":
                acme.OnIssue = request =>
                {
                    acme.Issue(request);
                    return Answer(new SupplierOutcome.Issued([]));
                };
                break;
            case "not found":
                acme.OnIssue = _ => Unknown();
                break;
            case "unusable":
                acme.OnIssue = request => Answer(acme.Issue(request, "out of stock"));
                break;
            case "not sent":
                acme.OnIssue = request => ++asked == 1 ? new SupplierAnswer.NotSent("connect_failed") : Answer(acme.Issue(request));
                break;
        }

        return shop;
    }

    private static async Task<int> CountCommitsAsync(string way)
    {
        await using var shop = await OpenAsync(way);
        var store = new CountingStore(shop.Engine.Storage.FulfilmentStore());
        var order = await shop.OrderAsync(Sku(way));
        await shop.FinishAsync(shop.AddNode(8, store));
        await AssertEndAsync(shop, order, way);
        return store.Count;
    }

    // Works until the process is dead, letting time pass as a living one would see it.
    private static async Task DieAsync(Workshop shop, int at, bool afterCommit)
    {
        var store = new DyingStore(shop.Engine.Storage.FulfilmentStore(), at, afterCommit);
        var node = shop.AddNode(9, store);
        for (var looks = 0; looks < 500 && !store.Died.IsCompleted; looks++)
        {
            var look = node.LookAsync();
            if (await Task.WhenAny(look, store.Died) == look && await look == 0)
            {
                if (await shop.CountAsync("units", "state IN (10, 12, 14)") == 0)
                {
                    return;
                }

                var next = await shop.Engine.Storage.ScalarAsync<long>("SELECT min(due_at) FROM units WHERE state IN (10, 12, 14)");
                shop.Pass(TimeSpan.FromMilliseconds(Math.Max(1, next - shop.Engine.Time.GetUtcNow().ToUnixTimeMilliseconds())));
            }
        }
    }

    private static async Task AssertEndAsync(Workshop shop, StoredOrder order, string seed)
    {
        Assert.True((await shop.UnitAsync(order)).State == UnitState.Delivered, $"{seed} {(await shop.UnitAsync(order)).State}");
        Assert.Equal(OrderStatus.Fulfilled, (await shop.NowAsync(order)).Status);
        Assert.Equal(new WalletBalance(Cny(9_990), Money.Zero), await shop.Engine.WalletAsync());
        Assert.Equal(1, await shop.CountAsync("outbox", "type = 1"));
        var arrivals = shop.Acme1.Arrivals.Values.Concat(shop.Bolt1.Arrivals.Values).ToList();
        Assert.All(arrivals, count => Assert.True(count == 1, $"{seed} sent {count} times"));

        // A process that died between its commit and its send leaves a slot that died with it.
        await shop.AssertRecordsAsync(seed);
    }
}
