using System.Text;
using Fulfilment.Core.CardKeys.Import;
using static Fulfilment.Core.Tests.CardKeys.Import.RowReading;

namespace Fulfilment.Core.Tests.CardKeys.Import;

public sealed class NdjsonRowReaderTests
{
    [Theory]
    [InlineData("""{"secret":"S1"}""", "- | S1 | -")]
    [InlineData("""{"number":"N1","secret":"S1","expiresOn":"2027-01-31"}""", "N1 | S1 | 2027-01-31")]
    [InlineData("""{"expiresOn":null,"secret":" S1 ","number":null}""", "- | S1 | -")]
    [InlineData("""{"number":"","secret":"S1","expiresOn":""}""", "- | S1 | -")]
    [InlineData("""{"secret":"\u5361\ud83d\ude00\"\n1"}""", "- | 卡😀\"\n1 | -")]
    [InlineData("""{"number":"\u0041\u0042","secret":"\u0043","expiresOn":"2027\/1\/31"}""", "AB | C | 2027-01-31")]
    [InlineData("""{"\u0073ecret":"卡"}""", "- | 卡 | -")]
    [InlineData("""  { "secret" : "S1" }  """, "- | S1 | -")]
    public Task Object_IsARow(string json, string row) => AssertNdjson(json, "1: " + row);

    [Theory]
    [InlineData("""{"secret":"S1","pin":"1"}""", "unknown_field")]
    [InlineData("""{"secret":"S1","pin":{"a":[[[[1]]]]}}""", "unknown_field")]
    [InlineData("""{"Secret":"S1"}""", "unknown_field")]
    [InlineData("""{"secret":"S1","secret":"S1"}""", "duplicate_field")]
    [InlineData("""{"secret":"S1","\u0073ecret":"S2"}""", "duplicate_field")]
    [InlineData("""{"secret":123}""", "wrong_type")]
    [InlineData("""{"secret":true}""", "wrong_type")]
    [InlineData("""{"secret":["S1"]}""", "wrong_type")]
    [InlineData("""{"secret":"S1","number":{}}""", "wrong_type")]
    [InlineData("""{"secret":"S1","expiresOn":20270131}""", "wrong_type")]
    [InlineData("""{}""", "empty_secret")]
    [InlineData("""{"number":"N1"}""", "empty_secret")]
    [InlineData("""{"secret":null}""", "empty_secret")]
    [InlineData("""{"secret":"\u3000"}""", "empty_secret")]
    [InlineData("""{"secret":"S1","expiresOn":"31.1.2027"}""", "bad_date")]
    [InlineData("""{"secret":"S\u0000"}""", "bad_text")]
    [InlineData("""{"secret":"\ud83d"}""", "bad_text")]
    [InlineData("""{"secret":"\ude00\ud83d"}""", "bad_text")]
    [InlineData("""["S1"]""", "bad_json")]
    [InlineData("\"S1\"", "bad_json")]
    [InlineData("S1", "bad_json")]
    [InlineData("N1,S1", "bad_json")]
    [InlineData("{", "bad_json")]
    [InlineData("""{"secret":"S1"}{"secret":"S2"}""", "bad_json")]
    [InlineData("""{"secret":"S1"} x}""", "bad_json")]
    [InlineData("""{"secret":"S1",}""", "bad_json")]
    [InlineData("""{"secret":"S1" /* c */}""", "bad_json")]
    [InlineData("""{'secret':'S1'}""", "bad_json")]
    [InlineData("""{"secret":"S\x1"}""", "bad_json")]
    [InlineData("{\"secret\":\"S\t1\"}", "bad_json")]
    [InlineData("{\"secret\":\"S\u0000\"}", "bad_json")]
    public Task BadLine_IsReportedAndReadingGoesOn(string bad, string error) =>
        AssertNdjson("{\"secret\":\"A\"}\n" + bad + "\n{\"secret\":\"B\"}", "1: - | A | -", "2: " + error, "3: - | B | -");

    [Fact]
    public Task Lines_AreCountedWithTheBlankOnes() =>
        AssertNdjson("\uFEFF\n{\"secret\":\"A\"}\r\n  \r{\"secret\":\"B\"}\r\n", "2: - | A | -", "4: - | B | -");

    [Fact]
    public async Task FileWithoutRows_ReadsAsNone() => Assert.Empty(await ReadNdjsonAsync("\n\n"));

    [Fact]
    public async Task InvalidUtf8_SpoilsItsOwnRowOnly()
    {
        byte[] bytes = [.. "{\"secret\":\"S"u8, 0xFF, .. "\"}\n{\"number\":\""u8, 0xED, 0xA0, 0x80,
            .. "\\n\",\"secret\":\"S2\"}\n{\"secret\":\"S3\"}\n"u8];

        Assert.Equal(["1: bad_text", "2: bad_text", "3: - | S3 | -"], await ReadNdjsonAsync(bytes));
    }

    [Fact]
    public async Task OverlongRow_IsDroppedToItsLineBreak()
    {
        var rows = await ReadNdjsonAsync($$"""
            {"secret":"A"}
            {"secret":"{{new string('x', 1_000_000)}}"}
            {"secret":"{{new string('x', 1025)}}"}
            {"secret":"B"}
            """);

        Assert.Equal(["1: - | A | -", "2: row_too_long", "3: field_too_long", "4: - | B | -"], rows);
    }

    private static async Task AssertNdjson(string text, params string[] expected)
    {
        Assert.Equal(expected, await ReadNdjsonAsync(text));
        Assert.Equal(expected, await ReadAllAsync(new NdjsonRowReader(new ChunkedStream(Encoding.UTF8.GetBytes(text), 1))));
    }
}
