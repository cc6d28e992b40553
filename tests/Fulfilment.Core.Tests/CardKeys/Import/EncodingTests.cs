using System.Text;
using Fulfilment.Core.CardKeys.Import;
using static Fulfilment.Core.Tests.CardKeys.Import.RowReading;

namespace Fulfilment.Core.Tests.CardKeys.Import;

public sealed class EncodingTests
{
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;

    [Theory]
    [InlineData("卡号,密码,有效期\r\n京A-1,密SECRET1,2027/1/31\r\n沪2,\"两\n行\",\r\n", "2: 京A-1 | 密SECRET1 | 2027-01-31", "3: 沪2 | 两\n行 | -")]
    [InlineData("卡号\t卡密\n1\t甲乙\n", "2: 1 | 甲乙 | -")]
    [InlineData("卡号----密码\n甲----S1\n", "2: 甲 | S1 | -")]
    [InlineData("secret\nplain\n卡密㐀龦𠀀€码\n", "2: - | plain | -", "3: - | 卡密㐀龦𠀀€码 | -")]
    public async Task Gb18030_IsFoundOut_WithEverySeparator(string text, params string[] rows)
    {
        Assert.Equal(rows, await ReadCsvAsync(Gb18030.GetBytes(text)));
        Assert.Equal(rows, await ReadCsvAsync(text));
    }

    [Fact]
    public async Task Gb18030_ReadsTheSame_HoweverItArrives()
    {
        var text = "卡号,密码\n" + string.Concat(Enumerable.Range(0, 9_000).Select(i => i % 3 == 0 ? $"第{i}张,密码{i}\n" : $"N{i},S{i}\n"));
        var bytes = Gb18030.GetBytes(text);

        var whole = await ReadCsvAsync(bytes);

        Assert.Equal(9_000, whole.Length);
        Assert.Equal("2: 第0张 | 密码0 | -", whole[0]);
        foreach (var size in (int[])[1, 7, 1_000])
        {
            Assert.Equal(whole, await ReadAllAsync(new CsvRowReader(new ChunkedStream(bytes, size))));
        }
    }

    [Fact]
    public async Task FirstCharacterBeyondAscii_Decides_HoweverLateItComes()
    {
        var plain = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"SECRET{i:D6}\n"));

        var gb = await ReadCsvAsync(Gb18030.GetBytes(plain + "密码甲\n"));
        var utf8 = await ReadCsvAsync(plain + "密码甲\n");

        Assert.Equal("40001: - | 密码甲 | -", gb[^1]);
        Assert.Equal(gb, utf8);
    }

    [Fact]
    public async Task ByteOrderMarks_GoBeforeWhatIsDeclared()
    {
        Assert.Equal(["1: - | 甲 | -"], await ReadAllAsync(new CsvRowReader(new MemoryStream([.. "\uFEFF甲"u8]), TextEncoding.Gb18030)));
        Assert.Equal(["1: - | 甲 | -"], await ReadAllAsync(new CsvRowReader(new MemoryStream([0x84, 0x31, 0x95, 0x33, .. Gb18030.GetBytes("甲")]), TextEncoding.Utf8)));
    }

    [Fact]
    public async Task DeclaredEncoding_IsKeptTo()
    {
        // Two characters whose bytes are valid UTF-8 by chance: nobody but the sender can know.
        var bytes = Gb18030.GetBytes("模牛");

        Assert.Equal(["1: - | 模牛 | -"], await ReadAllAsync(new CsvRowReader(new MemoryStream(bytes), TextEncoding.Gb18030)));
        Assert.NotEqual(["1: - | 模牛 | -"], await ReadCsvAsync(bytes));
        Assert.Equal(["1: bad_text"], await ReadAllAsync(new CsvRowReader(new MemoryStream(Gb18030.GetBytes("密码")), TextEncoding.Utf8)));
    }

    [Fact]
    public async Task Utf8WithBrokenRows_IsNotTakenForGb18030()
    {
        byte[] bytes = [.. "卡号,密码\nN1,甲\nN2,S"u8, 0xE5, 0x8D, .. "\nN3,丙丁\nN4,"u8, 0xC4, 0xE3, .. "\n"u8];

        Assert.Equal(["2: N1 | 甲 | -", "3: bad_text", "4: N3 | 丙丁 | -", "5: bad_text"], await ReadCsvAsync(bytes));
    }

    [Fact]
    public async Task BrokenRow_OfGb18030_IsRefusedAlone()
    {
        byte[] bytes = [.. Gb18030.GetBytes("卡号,密码,有效期\n北京,密码一,\n上海,S"), 0xFF, .. Gb18030.GetBytes("\n广州,密码三,\n深圳,"), 0xC3, .. ",\n"u8];

        Assert.Equal(["2: 北京 | 密码一 | -", "3: bad_text", "4: 广州 | 密码三 | -", "5: bad_text"], await ReadCsvAsync(bytes));
    }

    [Fact]
    public async Task RowOfUtf8_InAFileOfGb18030_IsRefused_AndNotStoredAsOtherCharacters()
    {
        byte[] bytes = [.. Gb18030.GetBytes("卡号,密码\n北京,密码一\n"), .. "N2,京东\n"u8, .. Gb18030.GetBytes("广州,密码三\n")];

        Assert.Equal(["2: 北京 | 密码一 | -", "3: bad_text", "4: 广州 | 密码三 | -"], await ReadCsvAsync(bytes));
    }

    [Fact]
    public async Task Latin1_IsNotTakenForChinese()
    {
        var bytes = Encoding.Latin1.GetBytes("number,secret\nN1,r\u00E9sum\u00E9-01\nN2,S2\n");

        Assert.Equal(["2: bad_text", "3: N2 | S2 | -"], await ReadCsvAsync(bytes));
    }

    [Fact]
    public async Task Ndjson_MayBeGb18030_Too() =>
        Assert.Equal(["1: 京 | 密码 | -"], await ReadNdjsonAsync(Gb18030.GetBytes("{\"number\":\"京\",\"secret\":\"密码\"}\n")));

    [Theory]
    [InlineData("卡号,密码\nN,S\n", "utf-8 comma True number secret")]
    [InlineData("S1\n", "ascii comma False secret")]
    [InlineData("a\tb\t\n", "ascii tab False number secret expiresOn")]
    public async Task Understanding_SaysHowTheFileWasTaken(string text, string expected)
    {
        await using var reader = new CsvRowReader(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await reader.ReadAsync(new CardKeyRowBlock(), TestContext.Current.CancellationToken);

        var seen = reader.Understanding;
        Assert.Equal(expected, string.Join(' ', (object?[])[seen.Encoding, seen.Separator, seen.Header, .. seen.Columns!]));
    }
}
