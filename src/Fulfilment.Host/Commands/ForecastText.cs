using System.Globalization;
using Fulfilment.Core.CardKeys;
using Fulfilment.Host.Api;
using Spectre.Console;

namespace Fulfilment.Host.Commands;

/// <summary>Prints what an import would come to.</summary>
internal static class ForecastText
{
    private const int MostLines = 10;

    public static void Write(string sku, ImportForecast forecast)
    {
        var view = DryRunView.Of(sku, forecast);
        var file = forecast.File;
        AnsiConsole.WriteLine("Dry run: nothing was stored.");
        AnsiConsole.WriteLine(string.Join(", ", new[] { file.Encoding, file.Separator, file.Header switch { true => "header", false => "no header", null => null } }.OfType<string>()));
        WritePreview(forecast);
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{forecast.Total:N0} rows: {forecast.Accepted:N0} would be accepted, {forecast.DuplicateInFile:N0} duplicate in the file, {forecast.DuplicateInStock:N0} duplicate in stock, {forecast.Rejected:N0} rejected."));
        foreach (var error in forecast.Errors.Take(MostLines))
        {
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  line {error.Line}: {error.Reason}"));
        }

        if (forecast.Total - forecast.Accepted > MostLines)
        {
            AnsiConsole.WriteLine($"  … {string.Join(", ", forecast.Reasons.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key} {reason.Value:N0}")))}");
        }

        if (forecast.Status == BatchStatus.AwaitingApproval)
        {
            AnsiConsole.WriteLine("Cost, currency or terms are not what is agreed with the supplier: the batch would wait for approval.");
        }

        foreach (var warning in view.Warnings)
        {
            AnsiConsole.WriteLine($"Warning: {warning}");
        }
    }

    private static void WritePreview(ImportForecast forecast)
    {
        var table = new Table().AddColumns("line", "number", "secret", "expiresOn");
        foreach (var row in forecast.Preview)
        {
            table.AddRow(
                row.Line.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(row.Number ?? ""),
                Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{row.Secret} ({row.SecretLength} characters)")),
                row.ExpiresOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "");
        }

        AnsiConsole.Write(table);
    }
}
