using System.Globalization;
using System.Text;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Host;

/// <summary>The rows of a batch that became no card keys, as CSV: line and reason, never the code.</summary>
internal static class RejectedRowsCsv
{
    private const int RowsAtATime = 1_000;

    public static async Task WriteAsync(long batchId, IInventory inventory, Stream stream, CancellationToken cancellation)
    {
        var lines = new StringBuilder("line,reason\r\n");
        var last = 0L;
        while (true)
        {
            var rows = await inventory.RejectedRowsAsync(batchId, last, RowsAtATime, cancellation);
            foreach (var row in rows)
            {
                lines.Append(CultureInfo.InvariantCulture, $"{row.Line},{row.Reason.Code}\r\n");
                last = row.Line;
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), cancellation);
            lines.Clear();
            if (rows.Count < RowsAtATime)
            {
                return;
            }
        }
    }
}
