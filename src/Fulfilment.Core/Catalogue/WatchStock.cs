using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Core.Catalogue;

/// <summary>When stock is low for every SKU that does not say so itself.</summary>
/// <param name="LowDays">Stock that lasts less long is low.</param>
public sealed record StockWatchOptions(double LowDays = 3);

/// <summary>
/// Raises an alert while a SKU on the shelf has few codes left: no more than its own <see cref="Sku.LowStockAt"/>, or fewer than are sold in some days. Stock has
/// to be a fifth above the limit before the alert is over, so that sales and small imports around it do not make it come and go.
/// </summary>
public sealed class WatchStock(
    ICatalogue catalogue, IStockHistory history, IAlerts alerts, MatchAlerts match, IStorefrontEvents events, StockWatchOptions options, BusinessCalendar calendar, TimeProvider time)
    : IConditionWatch
{
    private const double Margin = 1.2;

    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var stock = await history.ReadAsync(now, calendar.DayOf(now), cancellation).ConfigureAwait(false);
        var known = await alerts.StandingAsync(AlertKind.LowStock).ConfigureAwait(false);
        var low = catalogue.Current.Skus
            .Where(sku => sku.OnShelf && sku.Routes.Any(route => route.Source == RouteSource.Pool))
            .Select(sku => (Sku: sku, Stock: stock.GetValueOrDefault(sku.Id, SkuStock.None)))
            .Where(pair => IsLow(pair.Sku, pair.Stock, known.ContainsKey(KeyOf(pair.Sku)) ? Margin : 1))
            .ToList();
        foreach (var (sku, left) in low.Where(pair => !known.ContainsKey(KeyOf(pair.Sku))))
        {
            await events.StockLowAsync(sku.Code, Describe(sku, left)).ConfigureAwait(false);
        }

        await match.RunAsync(AlertKind.LowStock, "", [.. low.Select(pair => Describe(pair.Sku, pair.Stock))]).ConfigureAwait(false);
    }

    private bool IsLow(Sku sku, SkuStock stock, double margin) =>
        (sku.LowStockAt is { } least && stock.Available <= least * margin) || stock.DaysOfCover < options.LowDays * margin;

    private static string KeyOf(Sku sku) => $"stock:{sku.Code}";

    // Where another route follows, a pool that is empty stops nothing.
    private static NewAlert Describe(Sku sku, SkuStock stock) => new(
        AlertKind.LowStock,
        stock.Available == 0 && sku.Routes.Count == 1 ? AlertSeverity.Critical : AlertSeverity.Warning,
        $"sku:{sku.Code}",
        KeyOf(sku),
        Left(sku, stock) + Cover(stock));

    private static AlertText Left(Sku sku, SkuStock stock) => sku.LowStockAt is { } least
        ? AlertText.Of($"{sku.Code} has {stock.Available} codes left, and is low at {least}.", $"{sku.Code} 剩余 {stock.Available} 个卡密,预警线为 {least} 个。")
        : AlertText.Of($"{sku.Code} has {stock.Available} codes left.", $"{sku.Code} 剩余 {stock.Available} 个卡密。");

    private static AlertText Cover(SkuStock stock) => stock.DaysOfCover is { } days
        ? AlertText.Of(
            $"They last {days:0.#} days at the {stock.SoldPerDay:0.#} a day of the last week.", $"按最近一周日均 {stock.SoldPerDay:0.#} 个的销量,还可售 {days:0.#} 天。")
        : AlertText.Of($"How fast they go is not known yet.", $"销售速度尚不可知。");
}
