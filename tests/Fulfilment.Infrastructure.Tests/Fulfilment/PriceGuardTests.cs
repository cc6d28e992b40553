using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using Fulfilment.Core.Suppliers.Products;
using Fulfilment.Infrastructure.Storage;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>A supplier whose price nobody has agreed, and that is not told the most we pay: nothing would keep it from charging anything.</summary>
public sealed class PriceGuardTests
{
    private static readonly Route Unpriced = Workshop.Acme with { UnitCost = null };

    [Fact]
    public async Task RouteOfUnknownCost_IsPassedBy_WhereTheSupplierIsNotToldAHighestPrice()
    {
        await using var shop = await Workshop.OpenAsync(Unpriced, Workshop.Person);
        shop.Acme1.TakesMaxCost = false;
        var order = await shop.OrderAsync();

        await shop.FinishAsync();

        Assert.Empty(shop.Acme1.Arrivals);
        Assert.Equal(UnitState.Manual, (await shop.UnitAsync(order)).State);
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 7 AND subject = 'sku:CODE' AND cause LIKE '%agreed nowhere%unitCost%'"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task RouteOfUnknownCost_IsTaken_WhereTheSupplierRefusesWhatCostsMore()
    {
        await using var shop = await Workshop.OpenAsync(Unpriced);
        SupplierRequest? asked = null;
        shop.Acme1.OnIssue = request => ScriptedSupplier.Answer(shop.Acme1.Issue(asked = request));

        await shop.OrderAsync();
        await shop.FinishAsync();

        Assert.Equal(Cny(10), asked!.MaxCost);
        Assert.Equal(0, await shop.CountAsync("alerts", "kind = 7"));
    }

    [Fact]
    public async Task RouteOfUnknownCost_IsTaken_WhereTheSkuAllowsALoss_OrTheSupplierHasAgreedACost()
    {
        await using var shop = await Workshop.OpenAsync(Unpriced);
        shop.Acme1.TakesMaxCost = false;
        await shop.Engine.ChangeSkuAsync("CODE", sku => sku with { Supply = sku.Supply with { AllowLoss = true } });
        await shop.OrderAsync();
        await shop.FinishAsync();
        Assert.Single(shop.Acme1.Arrivals);

        await shop.Engine.Storage.ExecuteAsync(
            "UPDATE suppliers SET supplies = @supplies WHERE code = 'acme'", new { supplies = StorageJson.Write(new List<Supply> { new("CODE", Cny(8), "CNY") }) });
        await shop.Engine.ChangeSkuAsync("CODE", sku => sku with { Supply = sku.Supply with { AllowLoss = false } });
        await shop.OrderAsync();
        await shop.FinishAsync();
        Assert.Equal(2, shop.Acme1.Arrivals.Count);
    }

    [Fact]
    public async Task AlertOfUnknownCost_StaysWhileItIsTrue_AndEndsWithACost()
    {
        await using var shop = await Workshop.OpenAsync(Unpriced);
        shop.Acme1.TakesMaxCost = false;
        await shop.Engine.ChangeSkuAsync("TOPUP", sku => sku with { Routes = [Workshop.Bolt] });
        var watch = new WatchPrices(shop.Engine.CatalogueSource, shop.Suppliers, new MatchAlerts(new AlertStore(shop.Engine.Storage.Database, shop.Engine.Ids, shop.Engine.Time)));
        await shop.OrderAsync();
        await shop.FinishAsync();

        await watch.RunAsync("acme");
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 7 AND resolved_at IS NULL"));
        await shop.Engine.ChangeSkuAsync("CODE", sku => sku with { Routes = [Workshop.Acme] });
        await watch.RunAsync("acme");

        Assert.Equal(0, await shop.CountAsync("alerts", "kind = 7 AND resolved_at IS NULL"));
    }
}
