using Fulfilment.Core.Alerts;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Alerting;
using Fulfilment.Infrastructure.Tests.Fulfilment;
using Fulfilment.Infrastructure.Tests.Orders;

namespace Fulfilment.Infrastructure.Tests.Alerts;

/// <summary>Alerts about suppliers: each is raised by its cause, once, and is over when its cause is; all of one supplier are one group.</summary>
public sealed class SupplierConditionTests
{
    [Fact]
    public async Task ASupplierThatFails_IsTold_UntilItDeliversAgain()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme, Workshop.Bolt);
        var room = new ConditionRoom(shop.Engine);
        var watch = Watch(shop, room);
        shop.Acme1.OnIssue = _ => ScriptedSupplier.Reject();
        await shop.OrderAsync(quantity: 19);
        await shop.FinishAsync();
        Assert.Null(await room.LookAsync(watch, AlertKind.SupplierFailures));

        await shop.OrderAsync();
        await shop.FinishAsync();
        var alert = await room.LookAsync(watch, AlertKind.SupplierFailures);
        shop.Acme1.OnIssue = request => ScriptedSupplier.Answer(shop.Acme1.Issue(request));
        await shop.OrderAsync(quantity: 40);
        await shop.FinishAsync();
        var still = await room.LookAsync(watch, AlertKind.SupplierFailures);
        await shop.OrderAsync(quantity: 40);
        await shop.FinishAsync();

        Assert.Equal(("supplier:acme", "supplier:acme"), (alert!.Subject, alert.Group));
        Assert.Contains("About 100 % of the results of acme", alert.Cause.English, StringComparison.Ordinal);
        Assert.NotNull(still);
        Assert.Null(await room.LookAsync(watch, AlertKind.SupplierFailures));
    }

    [Fact]
    public async Task AnOutageThatGoesOn_WritesNothing_ThoughTheLastResultsAreOthersAtEachLook()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        var room = new ConditionRoom(shop.Engine);
        var watch = Watch(shop, room);
        shop.Acme1.OnIssue = _ => ScriptedSupplier.Reject();
        await shop.OrderAsync(quantity: 30);
        await shop.FinishAsync();
        var first = await room.LookAsync(watch, AlertKind.SupplierFailures);
        for (var look = 1; look < 40; look++)
        {
            shop.Pass(30);
            shop.Acme1.OnIssue = look % 3 > 0 ? _ => ScriptedSupplier.Reject() : request => ScriptedSupplier.Answer(shop.Acme1.Issue(request));
            await shop.OrderAsync();
            await shop.FinishAsync();
            if (look * 30 < 15 * 60)
            {
                Assert.Equal(first, await room.LookAsync(watch, AlertKind.SupplierFailures));
            }
        }

        var later = await room.LookAsync(watch, AlertKind.SupplierFailures);
        Assert.Contains("About 70 % of the results of acme", later!.Cause.English, StringComparison.Ordinal);
        Assert.Equal(first!.Id, later.Id);
    }

    [Fact]
    [Trait("Engine", "Sqlite")]
    public async Task AnOutage_IsOneMessage_WhateverItRaises()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        using var desk = AlertDesk.Over(shop.Engine);
        using var duty = new HttpReceiver();
        desk.AddWebhook(duty);
        var match = new MatchAlerts(desk.Alerts);
        shop.Acme1.OnIssue = _ => ScriptedSupplier.Unknown();
        shop.Acme1.OnQuery = _ => ScriptedSupplier.Unknown();
        await shop.OrderAsync();
        await shop.Node.LookAsync();
        shop.Pass(TimeSpan.FromMinutes(61));
        await shop.OrderAsync(quantity: 20);
        await shop.Node.LookAsync();
        shop.Suppliers.OpenBreakers["acme"] = true;

        await new WatchBreakers(shop.Engine.CatalogueSource, shop.Suppliers, match, shop.Node.Ids).LookAsync(TestContext.Current.CancellationToken);
        await desk.LookAsync();
        await Watch(shop, new ConditionRoom(shop.Engine)).LookAsync(TestContext.Current.CancellationToken);
        await desk.LookAfterAsync(TimeSpan.FromSeconds(31));

        var told = Told.Data(Assert.Single(duty.All));
        Assert.Equal("supplier:acme", told.GetProperty("group").GetString());
        Assert.Equal(
            ["breakerOpen", "supplierFailures", "unknownOverdue"], told.GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("kind").GetString()).Order());
    }

    [Fact]
    public async Task AnUnknownThatGrowsOld_IsTold_WithItsMoney_UntilItIsSettled()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        var room = new ConditionRoom(shop.Engine);
        var watch = Watch(shop, room);
        shop.Acme1.OnIssue = _ => ScriptedSupplier.Unknown();
        await shop.OrderAsync();
        await shop.Node.LookAsync();
        shop.Pass(TimeSpan.FromMinutes(60));
        Assert.Null(await room.LookAsync(watch, AlertKind.UnknownOverdue));
        shop.Pass(1);

        var alert = await room.LookAsync(watch, AlertKind.UnknownOverdue);
        shop.Acme1.OnQuery = request => ScriptedSupplier.Answer(shop.Acme1.Issue(request));
        await shop.FinishAsync();

        Assert.Equal(("supplier:acme", new MoneyAtStake(OrderEngine.Cny(8), "CNY")), (alert!.Group, alert.AtStake));
        Assert.Null(await room.LookAsync(watch, AlertKind.UnknownOverdue));
    }

    [Fact]
    public async Task AnOpenBreaker_IsTold_ForEachHost_UntilItCloses()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        var room = new ConditionRoom(shop.Engine);
        var here = new WatchBreakers(shop.Engine.CatalogueSource, shop.Suppliers, room.Match, shop.Node.Ids);
        var there = new WatchBreakers(shop.Engine.CatalogueSource, shop.Suppliers, room.Match, shop.AddNode(70).Ids);
        Assert.Null(await room.LookAsync(here, AlertKind.BreakerOpen));
        shop.Suppliers.OpenBreakers["acme"] = true;
        await there.LookAsync(TestContext.Current.CancellationToken);
        await here.LookAsync(TestContext.Current.CancellationToken);
        var both = await room.Alerts.StandingAsync(AlertKind.BreakerOpen);
        shop.Suppliers.OpenBreakers.Clear();
        await here.LookAsync(TestContext.Current.CancellationToken);
        var one = await room.Alerts.StandingAsync(AlertKind.BreakerOpen);
        await there.LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, both.Count);
        Assert.All(both.Values, alert => Assert.Equal("supplier:acme", alert.Group));
        Assert.Contains("Host 70", Assert.Single(one.Values).Cause.English, StringComparison.Ordinal);
        Assert.Empty(await room.Alerts.StandingAsync(AlertKind.BreakerOpen));
    }

    [Theory]
    [InlineData("results", "SEARCH attempts USING INTEGER PRIMARY KEY (rowid>?)")]
    [InlineData("unknowns", "attempts_unknown")]
    [Trait("Engine", "Sqlite")]
    public async Task TheLooks_AreServedByWhatIsRecentOrOpen_NotByHistory(string query, string step)
    {
        using var data = await Storage.TestDatabase.CreateAsync();

        Assert.Contains(step, await data.PlanAsync(query == "results" ? SupplierRecord.ResultsSql : SupplierRecord.UnknownsSql), StringComparison.Ordinal);
    }

    private static WatchSuppliers Watch(Workshop shop, ConditionRoom room) =>
        new(shop.Engine.CatalogueSource, new SupplierRecord(shop.Engine.Storage.Database), room.Alerts, room.Match, new SupplierWatchOptions(), shop.Engine.Time);
}
