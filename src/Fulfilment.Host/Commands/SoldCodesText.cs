using System.Globalization;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Host.Commands;

/// <summary>Prints what came of codes sold elsewhere: counts and lines, never a code.</summary>
internal static class SoldCodesText
{
    private const int MostLines = 50;

    public static void Write(SoldCodesReport report)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Added:N0} new, {report.Known:N0} known already, {report.Voided:N0} voided from our stock, {report.Gone:N0} voided or expired before, {report.Delivered.Count:N0} delivered by us, {report.Reserved.Count:N0} reserved, {report.Rejected.Count:N0} rejected."));
        WriteLines("Delivered by us, so two buyers may have the code", report.Delivered.Select(line => line.ToString(CultureInfo.InvariantCulture)));
        WriteLines("Reserved by held orders: reject them, then run the same command again", report.Reserved.Select(line => line.ToString(CultureInfo.InvariantCulture)));
        WriteLines("Rejected", report.Rejected.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Line} {row.Error.Code()}")));
    }

    private static void WriteLines(string what, IEnumerable<string> lines)
    {
        var shown = lines.Take(MostLines + 1).ToList();
        if (shown.Count > 0)
        {
            Console.WriteLine($"{what}: line {string.Join(", ", shown.Take(MostLines))}{(shown.Count > MostLines ? ", …" : "")}");
        }
    }
}
