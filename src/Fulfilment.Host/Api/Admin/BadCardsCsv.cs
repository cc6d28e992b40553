using System.Text;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Host.Api.Json;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Bad cards as CSV, all that the filters find, for a supplier's desk and its spreadsheet. Never the code itself.</summary>
internal static class BadCardsCsv
{
    private const int RowsAtATime = 1_000;
    private const string Header = "supplier,batchId,purchaseReference,sku,cardKeyId,orderId,unitId,unitCost,currency,reason,reportedAt\r\n";

    public static async Task WriteAsync(BadCardQuery query, IBadCardStore store, ICatalogue catalogue, Stream stream, CancellationToken cancellation)
    {
        // With a byte-order mark, because spreadsheets take UTF-8 without one for the local code page.
        var text = new StringBuilder("\uFEFF" + Header);
        while (true)
        {
            var cards = await store.ListAsync(query with { Limit = RowsAtATime }, cancellation);
            foreach (var card in cards)
            {
                Append(text, BadCardView.Of(card, catalogue));
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation);
            text.Clear();
            if (cards.Count < RowsAtATime)
            {
                return;
            }

            query = query with { Before = cards[^1].Id };
        }
    }

    private static void Append(StringBuilder text, BadCardView card)
    {
        string?[] fields =
        [
            card.Supplier, card.BatchId, card.PurchaseReference, card.Sku, card.CardKeyId, card.OrderId, card.UnitId, card.UnitCost.ToString(), card.Currency,
            card.Reason, Rfc3339.Format(card.ReportedAt),
        ];
        text.AppendJoin(',', fields.Select(Field)).Append("\r\n");
    }

    // A spreadsheet runs a field that begins like a formula; the apostrophe makes it the text that it is.
    private static string Field(string? value)
    {
        var safe = value is [var first, ..] && "=+-@\t\r＝＋－＠".Contains(first, StringComparison.Ordinal) ? "'" + value : value ?? "";
        return safe.AsSpan().ContainsAny(",\"\r\n") || safe.StartsWith('\'') ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
