using Fulfilment.Core.Alerts;
using Fulfilment.Core.Anomalies;
using Fulfilment.Core.Storage;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Anomalies;

/// <summary>Order flow watched on a real database, through real orders, at a time that a test moves.</summary>
public sealed class OrderFlowTests
{
    private static readonly FlowWatchOptions Options = new();

    [Fact]
    public async Task Outage_RaisesOneAlert_AndItIsOverWhenOrdersComeAgain()
    {
        await using var shop = await FlowShop.OpenAsync(Options);
        await shop.PassAsync(minutes: 5, orders: FlowShop.PerMinute);
        Assert.Empty(await shop.AlertsAsync());

        var minutes = 0;
        while ((await shop.AlertsAsync()).Count == 0)
        {
            Assert.True(++minutes <= 5, "Nothing was said for five minutes.");
            await shop.PassAsync(minutes: 1, orders: 0);
        }

        // Part of the minutes that it was found by lie before it; once they do not, the alert says what it is.
        await shop.PassAsync(minutes: 2, orders: 0);
        var raised = Assert.Single(await shop.AlertsAsync());
        Assert.Equal((AlertSeverity.Critical, "sku:VIP", "sku:VIP"), (raised.Severity, raised.Subject, raised.Group));
        Assert.Contains("0 orders of VIP from shop-1 in the ", raised.Cause.English, StringComparison.Ordinal);
        Assert.Matches(@"to be expected were \d+\.\d: usual are (99\.7|100\.0|100\.3) in five minutes \(median; median absolute deviation [34]\.\d\), and the last hours ran at (9\d|100|101) % of that", raised.Cause.English);
        Assert.Contains("in 6 weeks, 2026-01-18 to 2026-02-22; ", raised.Cause.English, StringComparison.Ordinal);

        // It goes on, here and, after a restart, elsewhere: still one alert, and it says the same.
        await shop.PassAsync(minutes: 10, orders: 0);
        shop.Restart();
        await shop.PassAsync(minutes: 10, orders: 0);
        Assert.Equal(raised, Assert.Single(await shop.AlertsAsync()));

        await shop.PassAsync(minutes: 12, orders: FlowShop.PerMinute);
        Assert.Empty(await shop.AlertsAsync());
        await shop.PassAsync(minutes: 20, orders: FlowShop.PerMinute);
        var over = Assert.Single(await shop.Alerts.ListAsync(new AlertFilter(), long.MaxValue, 10, CancellationToken.None));
        Assert.Equal((raised.Id, AlertStatus.Resolved), (over.Id, over.Status));
    }

    [Fact]
    public async Task FailuresOfASku_AreToldFromItsOrders_AndGroupedWithItsSupplier()
    {
        await using var shop = await FlowShop.OpenAsync(Options);
        await shop.PassAsync(minutes: 5, orders: FlowShop.PerMinute);

        for (var minute = 0; minute < 4; minute++)
        {
            await shop.PlaceAsync(FlowShop.PerMinute);
            await shop.FailNewestAsync(FlowShop.PerMinute * 3 / 4);
            await shop.PassAsync(minutes: 1, orders: 0);
        }

        var alert = Assert.Single(await shop.AlertsAsync());
        Assert.Equal((AlertSeverity.Critical, "sku:VIP", "supplier:acme"), (alert.Severity, alert.Subject, alert.Group));
        Assert.Contains("orders of VIP from shop-1 failed in the ", alert.Cause.English, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MinutesThatNobodyLookedAt_AreNotJudged()
    {
        await using var shop = await FlowShop.OpenAsync(Options);
        await shop.PassAsync(minutes: 5, orders: FlowShop.PerMinute);

        // The host was down for an hour: that no orders came is no news, and what comes afterwards is judged by itself.
        shop.Restart();
        shop.Engine.Time.Stall(TimeSpan.FromHours(1));
        await shop.PassAsync(minutes: 10, orders: FlowShop.PerMinute);
        Assert.Empty(await shop.AlertsAsync());
        await shop.PassAsync(minutes: 5, orders: 0);
        Assert.Single(await shop.AlertsAsync());
    }

    [Fact]
    public async Task OrdersFromBefore_AreCountedByTheHour_AndOnlyOnce()
    {
        await using var shop = await FlowShop.OpenAsync(Options, pattern: false);
        for (var hour = 0; hour < 30; hour++)
        {
            await shop.PlaceAsync(2);
            shop.Engine.Time.Stall(TimeSpan.FromHours(1));
        }

        Assert.Null(await shop.LookAsync());
        Assert.Equal(0, await shop.LookAsync());
        Assert.Equal(60, await shop.Engine.Storage.ScalarAsync<long>("SELECT sum(orders) FROM order_flow"));
        Assert.Equal(30, await shop.Engine.CountAsync("order_flow"));

        shop.Restart();
        await shop.PassAsync(minutes: 30, orders: 1);
        Assert.Equal(60 + 15, await shop.Engine.Storage.ScalarAsync<long>("SELECT sum(orders) FROM order_flow"));
    }

    [Fact]
    public async Task OfTwoNodesThatKeepTheSameBuckets_OneIsTurnedAway_AndTooOldOnesGo()
    {
        await using var shop = await FlowShop.OpenAsync(Options, pattern: false);
        var pair = new FlowScope(1, 2);
        await shop.Flow.KeepAsync(null, 1_000, [.. Enumerable.Range(900, 100).Select(bucket => new FlowCount(bucket, pair, new FlowCounts(3, 1)))], 0);
        await shop.Flow.KeepAsync(1_000, 1_001, [new FlowCount(1_000, pair, new FlowCounts(1, 0))], 920);

        await Assert.ThrowsAsync<StorageConflictException>(() => shop.Flow.KeepAsync(1_000, 1_001, [new FlowCount(1_000, pair, new FlowCounts(1, 0))], 920));

        Assert.Equal(1_001, await shop.Flow.FindKeptAsync(CancellationToken.None));
        var kept = await shop.Flow.ReadAsync(0, 2_000, CancellationToken.None);
        Assert.Equal((88, 913), (kept.Count, kept.Min(count => count.At)));
    }

    [Theory]
    [Trait("Engine", "Sqlite")]
    [InlineData(OrderFlowStore.Orders, "PRIMARY KEY (order_id>? AND order_id<?)", "order_lines_sku")]
    [InlineData(OrderFlowStore.Range, "PRIMARY KEY (bucket>? AND bucket<?)", "SCAN order_flow")]
    [InlineData(OrderFlowStore.First, "order_lines", "order_lines_sku")]
    public async Task WhatIsRead_IsARangeOfThePrimaryKey(string sql, string served, string spared)
    {
        using var database = await TestDatabase.CreateAsync();

        var plan = await database.PlanAsync(sql);

        Assert.Contains(served, plan, StringComparison.Ordinal);
        Assert.DoesNotContain(spared, plan, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Engine", "Sqlite")]
    public async Task Failures_AreReadFromTheIndexOfUnfinishedUnits()
    {
        using var database = await TestDatabase.CreateAsync();

        var plan = await database.PlanAsync(OrderFlowStore.Failed(SqliteDialect.Instance));

        Assert.Contains("units_unfinished (state=? AND order_id>? AND order_id<?)", plan, StringComparison.Ordinal);
        Assert.Contains("PRIMARY KEY (order_id=? AND id=?)", plan, StringComparison.Ordinal);
    }
}
