using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Host.Api;

/// <summary>What an import would come to, as the API shows it.</summary>
internal sealed record DryRunView(
    bool DryRun,
    string Sku,
    BatchStatus Status,
    long Total,
    long Accepted,
    long DuplicateInFile,
    long DuplicateInStock,
    long Rejected,
    bool Complete,
    Money UnitCost,
    string Currency,
    BatchTerms Terms,
    string? Supplier,
    string? PurchaseReference,
    DateOnly? ExpiresOn,
    FileUnderstanding File,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<PreviewRow> Preview,
    IReadOnlyDictionary<string, long> Reasons,
    IReadOnlyList<ForecastRow> Errors)
{
    public static DryRunView Of(string sku, ImportForecast forecast) => new(
        true,
        sku,
        forecast.Status,
        forecast.Total,
        forecast.Accepted,
        forecast.DuplicateInFile,
        forecast.DuplicateInStock,
        forecast.Rejected,
        forecast.Complete,
        forecast.Details.UnitCost,
        forecast.Details.Currency,
        forecast.Details.Terms,
        forecast.Details.Supplier,
        forecast.Details.PurchaseReference,
        ExpiryDay.ToDate(forecast.Details.DefaultExpiresOn),
        forecast.File,
        [.. WarningsOf(forecast)],
        forecast.Preview,
        forecast.Reasons,
        forecast.Errors);

    private static IEnumerable<string> WarningsOf(ImportForecast forecast)
    {
        if (forecast.SecretsLookLikeDates)
        {
            yield return "The secrets read as dates: without a header, columns are number, secret, expiresOn. Send a header that names them.";
        }

        if (!forecast.Complete)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Only the first {forecast.Total:N0} rows were looked at; the import itself has no limit.");
        }
    }
}
