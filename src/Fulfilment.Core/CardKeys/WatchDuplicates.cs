using System.Globalization;
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
/// until the batch is withdrawn or somebody resolves it: by then the supplier has been asked, or nobody will.
/// </summary>
public sealed class WatchDuplicates(ICatalogue catalogue, IDuplicateCounts counts, IAlerts alerts, MatchAlerts match, DuplicateWatchOptions options, TimeProvider time) : IConditionWatch
{
    private static readonly TimeSpan Holds = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var found = await counts.FindAsync(time.GetUtcNow() - Holds, options.AtLeast, cancellation).ConfigureAwait(false);
        var holding = new List<NewAlert>();
        foreach (var batch in found.Where(batch => batch.Duplicate * 100 >= batch.Processed * options.Percent))
        {
            var alert = Describe(batch);
            if (!await IsSeenToAsync(alert.Subject, cancellation).ConfigureAwait(false))
            {
                holding.Add(alert);
            }
        }

        await match.RunAsync(AlertKind.DuplicateImportSpike, "", holding).ConfigureAwait(false);
    }

    private async Task<bool> IsSeenToAsync(string subject, CancellationToken cancellation) =>
        await alerts.ListAsync(new AlertFilter(Kind: AlertKind.DuplicateImportSpike, Subject: subject), long.MaxValue, 1, cancellation).ConfigureAwait(false) is [{ Resolved.By: not null }];

    private NewAlert Describe(Batch batch)
    {
        var id = PublicId.Format(PublicId.Batch, batch.Id);
        return new NewAlert(
            AlertKind.DuplicateImportSpike,
            AlertSeverity.Warning,
            $"batch:{id}",
            $"duplicates:{batch.Id}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{batch.Duplicate} of {batch.Processed} codes for {catalogue.Current.FindSku(batch.Details.SkuId)?.Code} in {id}, imported by {batch.Owner}, were known already and are not sold again."))
        {
            AtStake = batch.Details.UnitCost > Money.Zero ? new MoneyAtStake(new Money(batch.Details.UnitCost.TenThousandths * batch.Duplicate), batch.Details.Currency) : null,
        };
    }
}
