using System.IO.Compression;
using System.Text;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Core.Tests.CardKeys.Import;

/// <summary>Files that are not what their type says.</summary>
public sealed class ForeignFileTests
{
    public static TheoryData<string, byte[]> Foreign => new()
    {
        { "zip", Zip() },
        { "gzip", Gzip() },
        { "png", [0x89, .. "PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\x02X\0\0\x01\x90\x08\x06\0\0\0"u8] },
        { "jpeg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF"u8, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0] },
        { "xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] },
        { "pdf", [.. "%PDF-1.7\n1 0 obj\n"u8] },
        { "utf-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("secret\r\nS1\r\n")] },
        { "utf-16 without a mark", Encoding.Unicode.GetBytes("secret\r\nS1\r\n") },
        { "web page", [.. "\r\n<!DOCTYPE html><html><body>Log in</body></html>\n"u8] },
        { "json", [.. "[\n  {\n    \"secret\": \"S1\"\n  }\n]\n"u8] },
        { "ndjson", [.. "{\"secret\":\"S1\"}\n{\"secret\":\"S2\"}\n"u8] },
        { "random", [.. Enumerable.Range(0, 4096).Select(i => (byte)((i * 2654435761u) >> 11))] },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task FileOfAnotherKind_IsRefusedAsAWhole(string kind, byte[] bytes)
    {
        await using var reader = new CsvRowReader(new MemoryStream(bytes));

        var any = await reader.ReadAsync(new CardKeyRowBlock(), TestContext.Current.CancellationToken);

        Assert.False(any, kind);
        Assert.False(string.IsNullOrEmpty(reader.Fault), kind);
    }

    [Theory]
    [InlineData("{abc}\n[def]\n")]
    [InlineData("<AB-12\n")]
    [InlineData("S\u0001\nS2\n")]
    [InlineData("%PDX\n")]
    public async Task CodesThatBeginOddly_AreRowsStill(string text)
    {
        await using var reader = new CsvRowReader(new MemoryStream(Encoding.UTF8.GetBytes(text)));

        Assert.True(await reader.ReadAsync(new CardKeyRowBlock(), TestContext.Current.CancellationToken));
        Assert.Null(reader.Fault);
    }

    [Fact]
    public async Task BinaryFile_IsRefused_HoweverItsFirstBytesArrive()
    {
        byte[] text = [.. "secret,number of the card and some more"u8];
        await using var reader = new CsvRowReader(new ChunkedStream([.. text, 0, 0, 0, 0], text.Length));

        Assert.False(await reader.ReadAsync(new CardKeyRowBlock(), TestContext.Current.CancellationToken));
        Assert.Equal("The file is not text.", reader.Fault);
    }

    private static byte[] Zip()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("codes.csv").Open();
            entry.Write("secret\nS1\n"u8);
        }

        return bytes.ToArray();
    }

    private static byte[] Gzip()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write("secret\nS1\n"u8);
        }

        return bytes.ToArray();
    }
}
