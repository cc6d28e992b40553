using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core.CardKeys.Import;
using static Fulfilment.Core.Tests.CardKeys.Import.RowReading;

namespace Fulfilment.Core.Tests.CardKeys.Import;

/// <summary>What must hold for every file; the seed of a failure is printed and can be given to <c>WithReplay</c>.</summary>
public sealed partial class RowReaderProperties
{
    private static readonly Gen<Line> GoodLine =
        from number in Gen.Choose(0, 9999)
        select new Line(string.Create(CultureInfo.InvariantCulture, $"N{number},S{number},2027-01-31"), "good");

    // None of them closes a quote of an earlier one in a way that makes sense.
    private static readonly Gen<Line> BadLine = Gen.Elements<Line>(
        new("N,\"S", "bad_quote"),
        new("\"N,S", "bad_quote"),
        new("N,\"S\"S", "bad_quote"),
        new("N,S\"S", "bad_quote"),
        new("N,S,,x", "too_many_fields"),
        new("N,S,2027-02-29", "bad_date"),
        new("N, ,", "empty_secret"),
        new("N,S\0", "bad_text"),
        new("N\u00C3,S", "bad_text") { Encoding = Encoding.Latin1 },
        new("N," + new string('x', 1025), "field_too_long"),
        new("N," + new string('x', 5000), "row_too_long"),
        new(new string('x', 20_000) + "\",\"" + new string(',', 3000), "row_too_long"));

    private static readonly Gen<byte[]> AnyBytes =
        from pieces in Gen.Elements<byte[]>(
            "\""u8.ToArray(), ","u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\r\n"u8.ToArray(), "\t"u8.ToArray(),
            "--"u8.ToArray(), "a"u8.ToArray(), "7"u8.ToArray(), " "u8.ToArray(), "secret"u8.ToArray(), "number,"u8.ToArray(),
            "{\"secret\":\"a\"}"u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), ":"u8.ToArray(), "\\u"u8.ToArray(),
            "\\ud800"u8.ToArray(), "{\"secret\":"u8.ToArray(), "\uFEFF"u8.ToArray(), "卡"u8.ToArray(), [0xFF], [0], [0xC2, 0x85],
            Enumerable.Repeat((byte)'x', 30).ToArray()).ListOf()
        select pieces.SelectMany(piece => piece).ToArray();

    [Fact]
    public void AnyTable_WrittenAsCsv_ReadsBackEqual() => Check(CsvFile.Any, 500, file =>
    {
        // So short a longest row lets the buffer be moved and refilled many times within one file.
        var reader = new CsvRowReader(new ChunkedStream(file.Bytes, file.Chunks), maxRowBytes: 512);

        Assert.Equal(file.Rows.Select(Describe), ReadAllAsync(reader, file.BlockCapacity).Result);
    });

    [Fact]
    public void BadLines_AreAllReported_AndSpoilNoneOfTheOthers()
    {
        var anyFile =
            from lines in Gen.OneOf(GoodLine, BadLine).ArrayOf()
            from chunks in CsvFile.ChunkSizes
            select (lines, chunks);

        Check(anyFile, 300, file =>
        {
            byte[] bytes = [.. "number,secret,expiresOn"u8, .. file.lines.SelectMany(line => line.Bytes.Prepend((byte)'\n'))];
            var reader = new CsvRowReader(new ChunkedStream(bytes, file.chunks), maxRowBytes: 2000);

            var found = ReadAllAsync(reader).Result.Select(row => row.Contains('|') ? row[..row.IndexOf(' ')] + " good" : row);
            Assert.Equal(file.lines.Select((line, index) => $"{index + 2}: {line.Outcome}"), found);
        });
    }

    [Fact]
    public void AnyBytes_AsCsv_AreReadToTheEnd_HoweverTheyArrive() =>
        CheckAnyBytes(stream => new CsvRowReader(stream, maxRowBytes: 64));

    [Fact]
    public void AnyBytes_AsNdjson_AreReadToTheEnd_HoweverTheyArrive() =>
        CheckAnyBytes(stream => new NdjsonRowReader(stream, maxRowBytes: 64));

    private static void CheckAnyBytes(Func<Stream, ICardKeyRowReader> open)
    {
        var anyFile =
            from bytes in AnyBytes
            from chunks in CsvFile.ChunkSizes
            select (bytes, chunks);

        Check(anyFile, 1000, file =>
        {
            var whole = ReadAllAsync(open(new MemoryStream(file.bytes))).Result;
            var inPieces = ReadAllAsync(open(new ChunkedStream(file.bytes, file.chunks)), blockCapacity: 1).Result;
            Assert.Equal(whole, inPieces);

            // A row starts on a line of the file, and on each line at most one.
            var starts = whole.Select(row => int.Parse(row[..row.IndexOf(':')], CultureInfo.InvariantCulture)).ToArray();
            var lines = 1 + AnyLineBreak().Count(Encoding.Latin1.GetString(file.bytes));
            Assert.Equal(starts.Distinct(), starts);
            Assert.All(starts, start => Assert.InRange(start, 1, lines));
        });
    }

    private static void Check<T>(Gen<T> files, int tests, Action<T> assert) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(tests), Prop.ForAll(files.ToArbitrary(), assert));

    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex AnyLineBreak();

    private sealed record Line(string Text, string Outcome)
    {
        public Encoding Encoding { get; init; } = Encoding.UTF8;

        public byte[] Bytes => Encoding.GetBytes(Text);
    }
}
