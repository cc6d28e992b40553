using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.CardKeys;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Alerts;

/// <summary>Alerts about stock: each is raised by its cause, once, and is over when its cause is.</summary>
public sealed class StockConditionTests
{
    [Fact]
    public async Task FewCodesLeft_AreToldOnce_UntilThereAreClearlyMore()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var watch = Stock(engine, room);
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync(change: sku => sku with { LowStockAt = 5 });
        await engine.AddBatchAsync(sku, 8);
        Assert.Null(await room.LookAsync(watch, AlertKind.LowStock));

        Accepted(await engine.PlaceAsync(Request("A-1", quantity: 3)));
        var alert = await room.LookAsync(watch, AlertKind.LowStock);
        Accepted(await engine.PlaceAsync(Request("A-2", quantity: 5)));
        var worse = await room.LookAsync(watch, AlertKind.LowStock);
        await engine.AddBatchAsync(sku, 6);
        var still = await room.LookAsync(watch, AlertKind.LowStock);
        await engine.AddBatchAsync(sku, 1);

        Assert.Equal(("sku:VIP", AlertSeverity.Warning), (alert!.Subject, alert.Severity));
        Assert.Contains("5 codes left", alert.Cause.English, StringComparison.Ordinal);
        Assert.Equal((alert.Id, AlertSeverity.Critical), (worse!.Id, worse.Severity));
        Assert.NotNull(still);
        Assert.Null(await room.LookAsync(watch, AlertKind.LowStock));
        Assert.Equal(1, await room.EverAsync(AlertKind.LowStock));
        Assert.Equal(1, await engine.CountAsync("outbox", "type = 15 AND storefront_id = 0 AND data = '{\"sku\":\"VIP\"}'"));
    }

    [Fact]
    public async Task StockThatWillNotLast_IsTold_ByWhatWasSoldInTheLastDays()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var watch = Stock(engine, room);
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        await engine.AddBatchAsync(sku, 100);
        Assert.Null(await room.LookAsync(watch, AlertKind.LowStock));

        Accepted(await engine.PlaceAsync(Request("A-1", quantity: 80)));
        Assert.Null(await room.LookAsync(watch, AlertKind.LowStock));
        engine.Time.Stall(TimeSpan.FromDays(2));
        var alert = await room.LookAsync(watch, AlertKind.LowStock);
        await engine.AddBatchAsync(sku, 200);

        Assert.Contains("20 codes left. They last 0.5 days at the 40 a day", alert!.Cause.English, StringComparison.Ordinal);
        Assert.Null(await room.LookAsync(watch, AlertKind.LowStock));
    }

    [Fact]
    public async Task SkusOffTheShelf_WithoutThePool_OrNeverStockedAndNeverSold_AreNotLow()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        await engine.AddSkuAsync("OFF", sku => sku with { OnShelf = false, LowStockAt = 5 });
        await engine.AddSkuAsync("HAND", sku => sku with { Kind = SkuKind.Manual, Routes = [new Route(RouteSource.Manual)], LowStockAt = 5 });
        await engine.AddSkuAsync("NEW");

        Assert.Null(await room.LookAsync(Stock(engine, room), AlertKind.LowStock));
    }

    [Fact]
    public async Task CodesThatEndSoon_AreTold_WithTheirCost_UntilTheyAreSold()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var watch = Expiring(engine, room);
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync(change: sku => sku with { MinRemainingDays = 3 });
        await engine.AddBatchAsync(sku, 5, DateOnly.FromDayNumber(engine.Calendar.Today + 18));
        Assert.Null(await room.LookAsync(watch, AlertKind.ExpiringBatch));
        var soon = await engine.AddBatchAsync(sku, 5, DateOnly.FromDayNumber(engine.Calendar.Today + 17));

        var alert = await room.LookAsync(watch, AlertKind.ExpiringBatch);
        Accepted(await engine.PlaceAsync(Request("A-1", quantity: 5)));

        Assert.Equal($"batch:{PublicId.Format(PublicId.Batch, soon.Id)}", alert!.Subject);
        Assert.Contains("5 codes of VIP", alert.Cause.English, StringComparison.Ordinal);
        Assert.Contains("for 14 days more", alert.Cause.English, StringComparison.Ordinal);
        Assert.Equal(new MoneyAtStake(Cny(30), "CNY"), alert.AtStake);
        Assert.Null(await room.LookAsync(watch, AlertKind.ExpiringBatch));
    }

    [Fact]
    public async Task CodesThatEndSoon_ButSellBeforeThat_AreNotTold()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        await engine.AddBatchAsync(sku, 100);
        await Stock(engine, room).LookAsync(TestContext.Current.CancellationToken);
        Accepted(await engine.PlaceAsync(Request("A-1", quantity: 60)));
        engine.Time.Stall(TimeSpan.FromDays(2));
        await engine.AddBatchAsync(sku, 250, DateOnly.FromDayNumber(engine.Calendar.Today + 10), terms: BatchTerms.Consigned);
        Assert.Null(await room.LookAsync(Expiring(engine, room), AlertKind.ExpiringBatch));

        await engine.AddBatchAsync(sku, 100, DateOnly.FromDayNumber(engine.Calendar.Today + 11), terms: BatchTerms.Consigned);
        var alert = await room.LookAsync(Expiring(engine, room), AlertKind.ExpiringBatch);

        Assert.Contains("100 codes of VIP", alert!.Cause.English, StringComparison.Ordinal);
        Assert.Null(alert.AtStake);
    }

    [Fact]
    public async Task AFileThatComesUnderAnotherName_IsTold()
    {
        using var bench = await ImportBench.CreateAsync();
        var csv = string.Join('\n', Enumerable.Range(0, 20).Select(i => $"CODE{i}"));
        await bench.ImportAsync(csv, "first");
        var again = (await bench.ImportAsync(csv + "\nNEW\n", "again")).Value.Batch;
        var (database, ids) = (bench.OpenAnother(), new IdGenerator(bench.Time));
        ids.Use(new NodeLease(9, 0, bench.Time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        var alerts = new AlertStore(database, ids, bench.Time);
        var watch = new WatchDuplicates(bench.Catalogue, new DuplicateCounts(database), new MatchAlerts(alerts), new DuplicateWatchOptions(), bench.Time);
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await watch.LookAsync(TestContext.Current.CancellationToken);

        var alert = Assert.Single(await alerts.StandingAsync(AlertKind.DuplicateImportSpike)).Value;
        Assert.Equal(($"batch:{PublicId.Format(PublicId.Batch, again.Id)}", 1), (alert.Subject, alert.Count));
        Assert.StartsWith("20 of 21 codes for ONE in ", alert.Cause.English, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABatchOfDuplicates_IsTold_ForAWeek()
    {
        await using var engine = await StartAsync();
        var room = new ConditionRoom(engine);
        var watch = new WatchDuplicates(engine.CatalogueSource, new DuplicateCounts(engine.Storage.Database), room.Match, new DuplicateWatchOptions(), engine.Time);
        var sku = await engine.AddSkuAsync();
        foreach (var (duplicate, processed) in new[] { (19, 19), (20, 201) })
        {
            await DuplicatesAsync(await engine.AddBatchAsync(sku, 1), duplicate, processed);
        }

        Assert.Null(await room.LookAsync(watch, AlertKind.DuplicateImportSpike));
        await DuplicatesAsync(await engine.AddBatchAsync(sku, 1), 20, 200);
        var first = await room.LookAsync(watch, AlertKind.DuplicateImportSpike);
        Assert.Null((await room.Alerts.MoveAsync(first!.Id, AlertStatus.Resolved, Operator, "asked them")).Refusal);
        Assert.Null(await room.LookAsync(watch, AlertKind.DuplicateImportSpike));
        await DuplicatesAsync(await engine.AddBatchAsync(sku, 1), 20, 200);

        var alert = await room.LookAsync(watch, AlertKind.DuplicateImportSpike);
        engine.Time.Stall(TimeSpan.FromDays(7) + TimeSpan.FromMilliseconds(1));

        Assert.Contains("20 of 200 codes for VIP", alert!.Cause.English, StringComparison.Ordinal);
        Assert.Equal(new MoneyAtStake(Cny(120), "CNY"), alert.AtStake);
        Assert.Null(await room.LookAsync(watch, AlertKind.DuplicateImportSpike));

        Task DuplicatesAsync(TestBatch batch, int duplicate, int processed) =>
            engine.Storage.ExecuteAsync("UPDATE batches SET duplicate = @duplicate, processed = @processed WHERE id = @Id", new { duplicate, processed, batch.Id });
    }

    private static WatchStock Stock(OrderEngine engine, ConditionRoom room) => new(
        engine.CatalogueSource, new StockHistory(engine.Storage.Database), room.Alerts, room.Match, new StorefrontEvents(engine.Storage.Database, engine.Ids, engine.Time), new StockWatchOptions(), engine.Calendar, engine.Time);

    private static WatchExpiringStock Expiring(OrderEngine engine, ConditionRoom room) => new(
        engine.CatalogueSource, new ExpiringStockReader(engine.Storage.Database), new StockHistory(engine.Storage.Database), room.Match, new ExpiryWatchOptions(), engine.Calendar,
        engine.Time);
}
