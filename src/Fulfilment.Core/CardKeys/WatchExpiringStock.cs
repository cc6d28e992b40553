using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys;

/// <summary>When the end of card keys is near.</summary>
/// <param name="Days">So many days before the last day on which they can be sold.</param>
public sealed record ExpiryWatchOptions(int Days = 14);

/// <summary>
/// Raises an alert for each batch with codes that cannot be sold for much longer, unless they will be sold before as fast as the SKU sells: codes that end first
/// are sold first. A SKU that asks for remaining days stops selling a code so many days before its end.
/// </summary>
public sealed class WatchExpiringStock(
    ICatalogue catalogue, IExpiringStock stock, IStockHistory history, MatchAlerts match, ExpiryWatchOptions options, BusinessCalendar calendar, TimeProvider time)
    : IConditionWatch
{
    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var today = calendar.DayOf(now);
        var sales = await history.ReadAsync(now, today, cancellation).ConfigureAwait(false);
        var found = new List<NewAlert>();
        foreach (var sku in catalogue.Current.Skus.Where(sku => sku.Kind == SkuKind.CardKey))
        {
            // What ends first is sold first, so earlier batches take their part of the sales before later ones.
            var before = 0L;
            var soldPerDay = sku.OnShelf ? sales.GetValueOrDefault(sku.Id)?.SoldPerDay ?? 0 : 0;
            foreach (var part in (await stock.FindAsync(sku.Id, today, today + options.Days + sku.MinRemainingDays, cancellation).ConfigureAwait(false)).OrderBy(part => part.FirstEnds))
            {
                before += part.Keys;
                var sellingDays = Math.Max(0, part.FirstEnds - sku.MinRemainingDays - today);
                if (before > soldPerDay * sellingDays)
                {
                    found.Add(Describe(sku, part, soldPerDay, sellingDays));
                }
            }
        }

        await match.RunAsync(AlertKind.ExpiringBatch, "", found).ConfigureAwait(false);
    }

    private static NewAlert Describe(Sku sku, ExpiringStock part, double soldPerDay, int sellingDays)
    {
        var batch = PublicId.Format(PublicId.Batch, part.BatchId);
        var cost = new Money(part.UnitCost.TenThousandths * part.Keys);
        return new NewAlert(
            AlertKind.ExpiringBatch,
            AlertSeverity.Warning,
            $"batch:{batch}",
            $"expiring:{part.BatchId}",
            AlertText.Of(
                $"{part.Keys} codes of {sku.Code} in {batch} end from {ExpiryDay.ToDate(part.FirstEnds):yyyy-MM-dd} on and can be sold for {sellingDays} days more; about {soldPerDay:0.#} are sold a day.",
                $"批次 {batch} 中 {sku.Code} 的 {part.Keys} 个卡密自 {ExpiryDay.ToDate(part.FirstEnds):yyyy-MM-dd} 起到期,还可售 {sellingDays} 天;日均销量约 {soldPerDay:0.#} 个。"))
        {
            AtStake = part.IsOurs && part.UnitCost > Money.Zero ? new MoneyAtStake(cost, part.Currency) : null,
        };
    }
}
