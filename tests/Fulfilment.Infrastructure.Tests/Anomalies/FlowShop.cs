using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Anomalies;
using Fulfilment.Core.Catalogue;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Alerts;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Anomalies;

/// <summary>A shop whose order flow is watched, with six weeks behind it of about a hundred orders in five minutes.</summary>
internal sealed class FlowShop : IAsyncDisposable
{
    /// <summary>What is usual.</summary>
    public const int PerMinute = 20;

    private readonly FlowWatchOptions _options;
    private int _references;
    private WatchOrderFlow _watch;

    private FlowShop(OrderEngine engine, FlowWatchOptions options)
    {
        (Engine, _options) = (engine, options);
        Flow = new OrderFlowStore(engine.Storage.Database);
        Alerts = new AlertStore(engine.Storage.Database, engine.Ids, engine.Time);
        _watch = Watch();
    }

    public OrderEngine Engine { get; }

    public OrderFlowStore Flow { get; }

    public AlertStore Alerts { get; }

    public static async Task<FlowShop> OpenAsync(FlowWatchOptions options, bool pattern = true)
    {
        var engine = await OrderEngine.StartAsync();
        var storefront = await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync(change: sku => sku with { Kind = SkuKind.TopUp, Routes = [new Route(RouteSource.Supplier, "acme", "V1", new Money(80_000))] });
        var shop = new FlowShop(engine, options);
        if (pattern)
        {
            for (var minute = 0; minute < 20; minute++)
            {
                await shop.PlaceAsync(PerMinute);
                engine.Time.Stall(TimeSpan.FromMinutes(1));
            }

            await shop.KeepPatternAsync(new FlowScope(storefront.Id, sku.Id));
        }

        return shop;
    }

    /// <summary>Another process takes over.</summary>
    public void Restart() => _watch = Watch();

    /// <summary>Lets minutes pass with so many orders in each, and looks after each.</summary>
    public async Task PassAsync(int minutes, int orders)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            await PlaceAsync(orders);
            Engine.Time.Stall(TimeSpan.FromMinutes(1));
            await LookAsync();
        }
    }

    public Task<int?> LookAsync() => _watch.RunAsync(CancellationToken.None);

    public async Task PlaceAsync(int orders)
    {
        if (orders > 0)
        {
            var outcomes = await Engine.PlaceGroupAsync([.. Enumerable.Range(0, orders).Select(_ => Request($"F-{++_references}"))]);
            Assert.All(outcomes, outcome => Accepted(outcome));
        }
    }

    /// <summary>What a supplier's rejections leave.</summary>
    public Task FailNewestAsync(int orders) => Engine.Storage.ExecuteAsync(
        "UPDATE units SET state = 21, due_at = NULL WHERE order_id > (SELECT max(order_id) FROM units) - @ids AND order_id IN (SELECT id FROM orders WHERE client_reference IN @references)",
        new { ids = 1L << 40, references = Enumerable.Range(0, orders).Select(i => $"F-{_references - i}") });

    public async Task<IReadOnlyList<Alert>> AlertsAsync()
    {
        List<Alert> standing = [.. (await Alerts.StandingAsync(AlertKind.OrderFlow)).Values];
        Assert.All(standing, alert => ConditionRoom.AssertSaysTheSame(alert.Cause));
        return standing;
    }

    public async ValueTask DisposeAsync() => await Engine.DisposeAsync();

    private WatchOrderFlow Watch() => new(
        Flow, new KeepFlow(Flow, _options), new MatchAlerts(Alerts), Alerts, new DescribeFlow(Engine.CatalogueSource, Engine.Calendar),
        new FlowDetector(_options, Engine.Calendar), Engine.Time);

    // 96, 100 and 104 in turn, one in a hundred failed, up to a quarter of an hour ago.
    private async Task KeepPatternAsync(FlowScope pair)
    {
        var end = (FlowTime.MinuteOf(Engine.Time.GetUtcNow()) - 15) / FlowTime.BucketMinutes;
        var counts = new List<FlowCount>();
        for (var week = 0; week <= _options.Weeks; week++)
        {
            var middle = end - (week * FlowTime.BucketsPerWeek);
            for (var bucket = middle - 100; bucket < (week == 0 ? middle : middle + 60); bucket++)
            {
                counts.Add(new FlowCount(bucket, pair, new FlowCounts(96 + (4 * (bucket % 3)), 1)));
            }
        }

        await Flow.KeepAsync(null, end, counts, 0);
    }
}
