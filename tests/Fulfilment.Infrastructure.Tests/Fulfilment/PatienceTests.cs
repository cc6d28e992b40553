using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using static Fulfilment.Infrastructure.Tests.Fulfilment.Manual.HandDesk;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>How long a unit waits for a supplier out of reach: from its order, or from when a person last let it go on.</summary>
public sealed class PatienceTests
{
    // Longer than what a SKU allows, which is a quarter of an hour.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(40);

    [Fact]
    public async Task ReleasedOrder_WaitsForItsSupplier_ThoughItWasPlacedLongAgo()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        await shop.Engine.ChangeSkuAsync("CODE", sku => sku with { HoldMinutes = 60 });
        await shop.Engine.ChangeStorefrontAsync(Shop, storefront => storefront with { HoldAbove = Cny(5) });
        var order = await shop.OrderAsync();
        Assert.Equal(OrderStatus.Held, order.Status);
        shop.Pass(Long);
        shop.Suppliers.Entries["acme"] = new SupplierEntry.Shut("paused");

        Assert.Null(await shop.Engine.Held.ReleaseAsync(order.Id, Operator));

        await WaitsAndThenFailsAsync(shop, order);
    }

    [Fact]
    public async Task ResubmittedUnit_WaitsForItsSupplier_ThoughItFailedLongAgo()
    {
        await using var desk = await OpenAsync(Workshop.Acme);
        desk.Shop.Acme1.OnIssue = _ => desk.Shop.Acme1.Arrivals.Count == 1 ? ScriptedSupplier.Reject() : ScriptedSupplier.Answer(new SupplierOutcome.Processing());
        desk.Shop.Acme1.OnQuery = _ => ScriptedSupplier.Answer(new SupplierOutcome.Processing());
        var order = await desk.Shop.OrderAsync(quantity: 2);
        await desk.Shop.Node.LookAsync();
        await desk.Shop.Node.LookAsync();
        var failed = (await desk.Shop.NowAsync(order)).Lines[0].Units.Single(unit => unit.State == UnitState.Failed);
        desk.Shop.Pass(Long);
        desk.Shop.Suppliers.Entries["acme"] = new SupplierEntry.Shut("breaker_open");

        Assert.Null((await desk.Resubmit.RunAsync(failed.Id, "in stock again", Li)).Refusal);

        await WaitsAndThenFailsAsync(desk.Shop, order, failed.Id);
    }

    [Fact]
    public async Task UnitWhoseUnknownPeopleSettled_WaitsForItsNextSupplier()
    {
        await using var desk = await OpenAsync(Workshop.Acme, Workshop.Bolt);
        desk.Shop.Acme1.CanQuery = false;
        desk.Shop.Acme1.OnIssue = _ => ScriptedSupplier.Unknown();
        var (order, unit) = await desk.UnknownAsync();
        desk.Shop.Pass(Long);
        desk.Shop.Suppliers.Entries["bolt"] = new SupplierEntry.Shut("paused");

        Assert.Null((await desk.Decide.ApproveAsync((await desk.Settle.ProposeAsync(unit, Rejected(), Li)).Value.Id, Wang)).Refusal);

        await WaitsAndThenFailsAsync(desk.Shop, order);
    }

    private static async Task WaitsAndThenFailsAsync(Workshop shop, StoredOrder order, long? id = null)
    {
        for (var minute = 0; minute < 14; minute++)
        {
            await shop.Node.LookAsync();
            Assert.Equal(UnitState.Pending, (await UnitAsync()).State);
            shop.Pass(60);
        }

        shop.Pass(120);
        await shop.Node.LookAsync();
        Assert.Equal((UnitState.Failed, UnitFailure.RoutesExhausted), ((await UnitAsync()).State, (await UnitAsync()).Failure));
        await shop.AssertSoundAsync();

        async Task<StoredUnit> UnitAsync() => (await shop.NowAsync(order)).Lines.SelectMany(line => line.Units).Single(unit => id is null || unit.Id == id);
    }
}
