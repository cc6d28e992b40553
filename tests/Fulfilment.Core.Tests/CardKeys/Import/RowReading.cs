using System.Globalization;
using System.Text;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Core.Tests.CardKeys.Import;

/// <summary>Runs a reader over bytes and prints what came out, one entry per row, in the order of lines.</summary>
internal static class RowReading
{
    public static Task<string[]> ReadCsvAsync(string text) => ReadCsvAsync(Encoding.UTF8.GetBytes(text));

    public static Task<string[]> ReadCsvAsync(byte[] bytes) => ReadAllAsync(new CsvRowReader(new MemoryStream(bytes)));

    public static Task<string[]> ReadNdjsonAsync(string text) => ReadNdjsonAsync(Encoding.UTF8.GetBytes(text));

    public static Task<string[]> ReadNdjsonAsync(byte[] bytes) =>
        ReadAllAsync(new NdjsonRowReader(new MemoryStream(bytes)));

    public static async Task<string[]> ReadAllAsync(ICardKeyRowReader reader, int blockCapacity = 7)
    {
        await using var _ = reader;
        var block = new CardKeyRowBlock(blockCapacity);
        var found = new List<(long Line, string Text)>();
        while (await reader.ReadAsync(block, CancellationToken.None))
        {
            Assert.InRange(block.Count, 1, blockCapacity);
            foreach (var row in block.Rows)
                found.Add((row.Line, Describe(row)));
            foreach (var bad in block.BadRows)
                found.Add((bad.Line, Describe(bad)));
        }

        Assert.Equal(0, block.Count);
        return [.. found.OrderBy(row => row.Line).Select(row => row.Text)];
    }

    public static string Describe(CardKeyRow row) => string.Create(CultureInfo.InvariantCulture,
        $"{row.Line}: {row.Number ?? "-"} | {row.Secret} | {row.ExpiresOn?.ToString("O", CultureInfo.InvariantCulture) ?? "-"}");

    public static string Describe(BadCardKeyRow bad) =>
        string.Create(CultureInfo.InvariantCulture, $"{bad.Line}: {bad.Error.Code()}");
}

/// <summary>Hands out its bytes in pieces of the given sizes, over and over, as a network does.</summary>
internal sealed class ChunkedStream(byte[] bytes, params int[] sizes) : MemoryStream(bytes)
{
    private int _reads;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var size = sizes[_reads++ % sizes.Length];
        return base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
