using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys;

/// <summary>When a batch has unusually many codes that were known already.</summary>
/// <param name="Percent">Of its rows.</param>
/// <param name="AtLeast">And so many rows.</param>
public sealed record DuplicateWatchOptions(int Percent = 10, int AtLeast = 20);

/// <summary>Finds batches by their duplicates.</summary>
public interface IDuplicateCounts
{
    /// <summary>Batches that began at <paramref name="since"/> or later with at least so many duplicate rows, and are not withdrawn.</summary>
    Task<IReadOnlyList<Batch>> FindAsync(DateTimeOffset since, long atLeast, CancellationToken cancellation);
}

/// <summary>
/// Raises an alert for a batch with many duplicates: a supplier sold codes twice, or a file was sent a second time under another name. It holds for a week, or
/// until the batch is withdrawn: by then the supplier has been asked, or nobody will.
/// </summary>
public sealed class WatchDuplicates(ICatalogue catalogue, IDuplicateCounts counts, MatchAlerts match, DuplicateWatchOptions options, TimeProvider time) : IConditionWatch
{
    private static readonly TimeSpan Holds = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var found = await counts.FindAsync(time.GetUtcNow() - Holds, options.AtLeast, cancellation).ConfigureAwait(false);
        await match.RunAsync(
            AlertKind.DuplicateImportSpike, "", [.. found.Where(batch => batch.Duplicate * 100 >= batch.Processed * options.Percent).Select(Describe)]).ConfigureAwait(false);
    }

    private NewAlert Describe(Batch batch)
    {
        var (id, sku) = (PublicId.Format(PublicId.Batch, batch.Id), catalogue.Current.FindSku(batch.Details.SkuId)?.Code);
        return new NewAlert(
            AlertKind.DuplicateImportSpike,
            AlertSeverity.Warning,
            $"batch:{id}",
            $"duplicates:{batch.Id}",
            AlertText.Of(
                $"{batch.Duplicate} of {batch.Processed} codes for {sku} in {id}, imported by {batch.Owner}, were known already and are not sold again.",
                $"{batch.Owner} 为 {sku} 导入的批次 {id} 共 {batch.Processed} 个卡密,其中 {batch.Duplicate} 个重复,不会再次出售。"))
        {
            AtStake = batch.Details.UnitCost > Money.Zero ? new MoneyAtStake(new Money(batch.Details.UnitCost.TenThousandths * batch.Duplicate), batch.Details.Currency) : null,
        };
    }
}
