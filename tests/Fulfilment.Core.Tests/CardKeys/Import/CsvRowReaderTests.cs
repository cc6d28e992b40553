using System.Text;
using Fulfilment.Core.CardKeys.Import;
using static Fulfilment.Core.Tests.CardKeys.Import.RowReading;

namespace Fulfilment.Core.Tests.CardKeys.Import;

public sealed class CsvRowReaderTests
{
    [Theory]
    [InlineData("S1", "1: - | S1 | -")]
    [InlineData("N1,S1", "1: N1 | S1 | -")]
    [InlineData("N1,S1,2027-01-31", "1: N1 | S1 | 2027-01-31")]
    [InlineData(",S1,", "1: - | S1 | -")]
    [InlineData("N1,S1,,,", "1: N1 | S1 | -")]
    [InlineData("  N1 ,\u3000S1\u00A0", "1: N1 | S1 | -")]
    [InlineData("\"N,1\",\"S\"\"1\"", "1: N,1 | S\"1 | -")]
    [InlineData("N1,\"S\r\n1\"", "1: N1 | S\r\n1 | -")]
    [InlineData("S1\nS2\r\nS3\rS4", "1: - | S1 | -", "2: - | S2 | -", "3: - | S3 | -", "4: - | S4 | -")]
    [InlineData("S1\r\rS2\r", "1: - | S1 | -", "3: - | S2 | -")]
    [InlineData("\n  \nS1\n,,\n\"\"\nS2\n\n", "3: - | S1 | -", "6: - | S2 | -")]
    [InlineData("\"S\n1\",\nx,S2", "1: empty_secret", "3: x | S2 | -")]
    [InlineData("N1,\"S\n1\"\nN2,S2", "1: N1 | S\n1 | -", "3: N2 | S2 | -")]
    public Task Rows_AreRead(string text, params string[] rows) => AssertCsv(text, rows);

    [Theory]
    [InlineData("\uFEFFS1", "1: - | S1 | -")]
    [InlineData("\uFEFF\"S1\"", "1: - | S1 | -")]
    [InlineData("\uFEFFsecret\nS1", "2: - | S1 | -")]
    [InlineData("S1\n\uFEFFS2", "1: - | S1 | -", "2: - | S2 | -")]
    public Task ByteOrderMark_IsNoPartOfACode(string text, params string[] rows) => AssertCsv(text, rows);

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\r\n \n")]
    [InlineData("number,secret\n")]
    public Task FileWithoutRows_ReadsAsNone(string text) => AssertCsv(text);

    [Theory]
    [InlineData("secret", "S1", "2: - | S1 | -")]
    [InlineData("NUMBER,Secret,expireson", "N1,S1,2027-01-31", "2: N1 | S1 | 2027-01-31")]
    [InlineData("secret,expiresOn", "S1,2027-01-31", "2: - | S1 | 2027-01-31")]
    [InlineData("expiresOn,secret,number", "2027-01-31,S1,N1", "2: N1 | S1 | 2027-01-31")]
    [InlineData("卡号,密码,有效期", "N1,S1,2027-01-31", "2: N1 | S1 | 2027-01-31")]
    [InlineData("卡密", "S1", "2: - | S1 | -")]
    [InlineData("\" Number \",\"Secret\"", "N1,S1", "2: N1 | S1 | -")]
    [InlineData("卡号\t卡密", "N1\tS,1", "2: N1 | S,1 | -")]
    [InlineData("卡号----卡密", "N1----S\"1", "2: N1 | S\"1 | -")]
    [InlineData("number,secret", "N1", "2: empty_secret")]
    [InlineData("卡号", "N1", "2: empty_secret")]
    [InlineData("number,secret,PIN", "N1,S1,", "2: N1 | S1 | -")]
    [InlineData("number,secret,PIN", "N1,S1,9", "2: unknown_field")]
    [InlineData("密码,卡密", "S1,S2", "2: duplicate_field")]
    [InlineData("number,secret", "N1,S1,2027-01-31", "2: too_many_fields")]
    public Task Header_SaysWhatTheColumnsHold(string header, string row, string expected) =>
        AssertCsv(header + "\n" + row, expected);

    [Theory]
    [InlineData("N1\tS1", "1: N1 | S1 | -")]
    [InlineData("N,1\tS,1\t2027/1/31", "1: N,1 | S,1 | 2027-01-31")]
    [InlineData("\"N\t1\"\tS1", "1: N\t1 | S1 | -")]
    [InlineData("\"N\n,1\"\tS1", "1: N\n,1 | S1 | -")]
    [InlineData("a\"b.c,----p1", "1: a\"b.c, | p1 | -")]
    [InlineData("a@b.c----p,a\"ss", "1: a@b.c | p,a\"ss | -")]
    [InlineData("N1----S1----20270131\nN2----S2", "1: N1 | S1 | 2027-01-31", "2: N2 | S2 | -")]
    [InlineData("\"A----B\",S1", "1: A----B | S1 | -")]
    public Task Separator_ComesFromTheFirstRow(string text, params string[] rows) => AssertCsv(text, rows);

    [Theory]
    [InlineData("N1", "N2,S2", "too_many_fields")]
    [InlineData("N1,S1", "S2", "empty_secret")]
    [InlineData("N1,S1", "N2,S2,2027-01-31,x", "too_many_fields")]
    [InlineData("N1,S1", "N2,S2,soon", "bad_date")]
    public async Task FirstRow_SaysHowManyColumnsThereAre(string first, string second, string error) =>
        Assert.Equal("2: " + error, (await ReadCsvAsync(first + "\n" + second))[1]);

    [Theory]
    [InlineData("a,b,soon", "bad_date")]
    [InlineData("x\u0001", "bad_text")]
    [InlineData("a\"", "bad_quote")]
    [InlineData("a,", "empty_secret")]
    public Task BrokenFirstRow_DoesNotDecideTheColumns(string first, string error) =>
        AssertCsv(first + "\nN1,S1\nN2,S2", "1: " + error, "2: N1 | S1 | -", "3: N2 | S2 | -");

    [Theory]
    [InlineData("a\"b,c")]
    [InlineData("\"a\"b,c")]
    [InlineData("\"a\" ,c")]
    [InlineData("a, \"b\"")]
    [InlineData("a,\"")]
    [InlineData("a,\"b")]
    public Task QuoteOutOfPlace_SpoilsItsOwnLineOnly(string bad) =>
        AssertCsv("N1,S1\n" + bad + "\nN3,S3\n", "1: N1 | S1 | -", "2: bad_quote", "3: N3 | S3 | -");

    [Fact]
    public Task QuoteThatIsClosedLinesLater_AndWronglyThere_SpoilsBothLinesAndNoneBetween() =>
        AssertCsv("N1,\"S1\nN2,S2\nN3,\"S3\nN4,S4",
            "1: bad_quote", "2: N2 | S2 | -", "3: bad_quote", "4: N4 | S4 | -");

    [Fact]
    public Task UnclosedQuote_AtTheEndOfTheFile_IsABadRow() =>
        AssertCsv("N1,S1\nN2,\"S2", "1: N1 | S1 | -", "2: bad_quote");

    /// <summary>Found with a file whose quote opened and never closed: everything after it was one row too long.</summary>
    [Fact]
    public async Task UnclosedQuote_FarFromTheEnd_SpoilsItsOwnLineOnly()
    {
        var good = Enumerable.Range(2, 20_000).Select(line => $"N{line},S{line}").ToArray();

        var rows = await ReadCsvAsync("N1,\"S1\n" + string.Join('\n', good));

        Assert.Equal("1: bad_quote", rows[0]);
        Assert.Equal(good.Length, rows.Count(row => row.Contains('|')));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public async Task OverlongRow_IsDroppedToItsLineBreak(string lineBreak)
    {
        var rows = await ReadCsvAsync(
            $"N1,S1{lineBreak}{new string('x', 300_000)}\"{new string('x', 300_000)}{lineBreak}N3,S3{lineBreak}");

        Assert.Equal(["1: N1 | S1 | -", "2: row_too_long", "3: N3 | S3 | -"], rows);
    }

    [Theory]
    [InlineData(65_535, "\n", "1: field_too_long")]
    [InlineData(65_536, "\n", "1: row_too_long")]
    [InlineData(65_534, "\r\n", "1: field_too_long")]
    [InlineData(65_535, "\r\n", "1: row_too_long")]
    public Task RowOf64KiloBytesWithItsLineBreak_IsTheLongest(int length, string lineBreak, string expected) =>
        AssertCsv(new string('x', length) + lineBreak + "S2", expected, "2: - | S2 | -");

    [Fact]
    public async Task OneEndlessRow_TakesNoMoreMemoryThanAnyOther()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        await using var reader = new CsvRowReader(new EndlessStream(1L << 30));
        var block = new CardKeyRowBlock();

        Assert.True(await reader.ReadAsync(block, CancellationToken.None));
        Assert.Equal([new BadCardKeyRow(1, RowError.RowTooLong)], block.BadRows.ToArray());
        Assert.False(await reader.ReadAsync(block, CancellationToken.None));
        Assert.Equal(1L << 30, reader.BytesRead);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public async Task InvalidUtf8_SpoilsItsOwnRowOnly()
    {
        byte[] bytes = [.. "N1,卡1\nN2,S"u8, 0xFF, .. "\nN3,S3\nN4,"u8, 0xED, 0xA0, 0x80, .. "\nN5,S"u8, 0xE5];

        Assert.Equal(
            ["1: N1 | 卡1 | -", "2: bad_text", "3: N3 | S3 | -", "4: bad_text", "5: bad_text"],
            await ReadCsvAsync(bytes));
    }

    [Theory]
    [InlineData("S\0")]
    [InlineData("S\u001B[0m")]
    [InlineData("S\u007F1")]
    [InlineData("S\u00851")]
    [InlineData("S\u009F1")]
    public Task ControlCharacters_AreRefused(string secret) => AssertCsv("S\u00A01\n" + secret, "1: - | S\u00A01 | -", "2: bad_text");

    [Fact]
    public async Task Utf16File_IsRefusedRowByRow()
    {
        var rows = await ReadCsvAsync([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("N1,S1\nN2,S2\n")]);

        Assert.All(rows, row => Assert.EndsWith(": bad_text", row, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(128, 1024, "1: ok")]
    [InlineData(129, 1, "1: field_too_long")]
    [InlineData(1, 1025, "1: field_too_long")]
    public async Task Limits_AreInCharactersAfterTrimming(int number, int secret, string expected)
    {
        foreach (var letter in "x卡")
        {
            var row = Assert.Single(await ReadCsvAsync($" {new string(letter, number)} , {new string(letter, secret)} "));
            Assert.Equal(expected, row.Contains('|') ? "1: ok" : row);
        }
    }

    [Theory]
    [InlineData("-")]
    [InlineData("- -")]
    [InlineData("—")]
    public Task SecretOfWhichNothingIsCompared_IsEmpty(string secret) => AssertCsv("N1," + secret, "1: empty_secret");

    [Fact]
    public async Task BytesRead_CountsTheWholeFile()
    {
        await using var reader = new CsvRowReader(new ChunkedStream([.. "\uFEFF"u8, .. "S1\nS2"u8], 1));
        while (await reader.ReadAsync(new CardKeyRowBlock(), CancellationToken.None))
        {
        }

        Assert.Equal(8, reader.BytesRead);
    }

    [Fact]
    public async Task BrokenSource_FailsWithItsOwnException()
    {
        await using var reader = new CsvRowReader(new EndlessStream(100, failsAtTheEnd: true));

        await Assert.ThrowsAsync<IOException>(async () =>
            await reader.ReadAsync(new CardKeyRowBlock(), CancellationToken.None));
    }

    [Fact]
    public void Row_PrintsNeitherNumberNorSecret() =>
        Assert.Equal("card-key row at line 3", new CardKeyRow(3, "N1", "S1", null).ToString());

    private static async Task AssertCsv(string text, params string[] expected)
    {
        Assert.Equal(expected, await ReadCsvAsync(text));
        Assert.Equal(expected, await ReadAllAsync(new CsvRowReader(new ChunkedStream(Encoding.UTF8.GetBytes(text), 1))));
    }

    /// <summary>Nothing but the letter x, without ever holding much of it.</summary>
    private sealed class EndlessStream(long length, bool failsAtTheEnd = false) : MemoryStream
    {
        private long _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0 && failsAtTheEnd)
                throw new IOException("The connection was reset.");

            var count = (int)Math.Min(_left, buffer.Length);
            buffer.Span[..count].Fill((byte)'x');
            _left -= count;
            return ValueTask.FromResult(count);
        }
    }
}
