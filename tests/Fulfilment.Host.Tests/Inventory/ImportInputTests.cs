using System.Globalization;
using System.Net;
using System.Text;
using Fulfilment.Host.Tests.Durability;

namespace Fulfilment.Host.Tests.Inventory;

/// <summary>Files of every bad kind over real HTTP, and what is left of them.</summary>
public sealed class ImportInputTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-input-").FullName;
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder });
        await _host.SkuAsync("V1");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task MillionRows_WithErrorsSprinkledIn_AreCountedExactly_WithTheirLines()
    {
        const int Rows = 1_000_000;
        var batch = await _host.UploadAsync("?sku=V1&unitCost=0.01", "k1", new RowsContent(Rows, Row)).ExpectAsync(HttpStatusCode.Created);

        var faulty = Enumerable.Range(0, Rows).Select(i => (Line: i + 2, Reason: ReasonOf(i))).Where(row => row.Reason is not null).Select(row => $"{row.Line},{row.Reason}").ToList();
        var duplicates = faulty.Count(row => row.EndsWith("duplicate", StringComparison.Ordinal));
        Assert.Equal($"{Rows} {Rows} {Rows - faulty.Count} {duplicates} {faulty.Count - duplicates}", batch.Fields("processed", "total", "accepted", "duplicate", "rejected"));
        using var errors = await _host.GetAsync($"/v1/inventory/batches/{batch.Id()}/errors", TestHost.OperatorKey);
        var lines = (await errors.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["line,reason", .. faulty], lines);

        static string? ReasonOf(int i) => i % 1_009 == 1_008 ? "empty_secret" : i % 2_003 == 2_002 ? "bad_date" : i % 5_003 == 5_002 ? "duplicate" : null;

        static string Row(int i) => ReasonOf(i) switch
        {
            "empty_secret" => $"N{i},,\n",
            "bad_date" => $"N{i},S{i},31.12.2090\n",
            "duplicate" => "N0,S0,\n",
            _ => $"N{i},S{i},\n",
        };
    }

    [Fact]
    public async Task RowsOfAMegabyte_AreRefusedAlone()
    {
        var csv = $"secret\nS1\n{new string('x', 1_000_000)}\nS2\n\"{new string('y', 1_000_000)}\"\nS3\n";

        var batch = await _host.UploadAsync("?sku=V1", "k1", csv).ExpectAsync(HttpStatusCode.Created);

        Assert.Equal("5 3 2", batch.Fields("total", "accepted", "rejected"));
        using var errors = await _host.GetAsync($"/v1/inventory/batches/{batch.Id()}/errors", TestHost.OperatorKey);
        Assert.Equal("line,reason\r\n3,row_too_long\r\n5,row_too_long\r\n", await errors.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("text/csv")]
    [InlineData("text/csv; charset=gb18030")]
    [InlineData("text/csv; charset=\"GBK\"")]
    public async Task Gb18030_WithAChineseHeader_IsSoldAsItWasWritten(string type)
    {
        var bytes = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!.GetBytes("卡号,密码,有效期\r\n京A-1,密令ＡＢ12,2090/1/31\r\n");
        var shop = await _host.ShopAsync();

        await _host.UploadAsync("?sku=V1", "k1", new ByteArrayContent(bytes), type: type).ExpectAsync(HttpStatusCode.Created);

        var order = await _host.PostAsync("/v1/orders?include=codes", shop, """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"V1","quantity":1}]}""").ExpectAsync(HttpStatusCode.Created);
        var unit = order.GetProperty("lines")[0].GetProperty("units")[0];
        Assert.Equal("京A-1 密令ＡＢ12", unit.GetProperty("code").Fields("number", "secret"));
        Assert.Equal("2090-01-31", unit.Fields("expiresOn"));
    }

    [Fact]
    public async Task FileOfAnotherKind_IsRefused_AndItsKeyNotUsedUp()
    {
        byte[][] files = [[0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0], [0x89, .. "PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x10"u8], [.. "[{\"secret\":\"S1\"},\n{\"secret\":\"S2\"}]\n"u8], [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("S1\n")]];
        foreach (var file in files)
        {
            await _host.UploadAsync("?sku=V1", "k1", new ByteArrayContent(file)).RefusedAsync(HttpStatusCode.BadRequest, "invalid_request");
        }

        await _host.UploadAsync("?sku=V1", "k1", "S1\n").ExpectAsync(HttpStatusCode.Created);
        var list = await _host.GetAsync("/v1/inventory/batches", TestHost.OperatorKey).ExpectAsync(HttpStatusCode.OK);
        Assert.Single(list.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task BatchRecalledWhileItIsImported_EndsTheUpload_AndTakesNothingMore()
    {
        using var gate = new SemaphoreSlim(0);
        var rows = new RowsContent(130_000, i => $"SECRET{i:D6}\n", pauseAt: 65_000, gate);
        var upload = _host.UploadAsync("?sku=V1&unitCost=1.00", "k1", rows);
        string? id;
        while ((id = await ImportingAsync()) is null)
        {
        }

        await _host.PostAsync($"/v1/inventory/batches/{id}/recall", TestHost.OperatorKey, """{"reason":"leaked"}""").ExpectAsync(HttpStatusCode.OK);
        gate.Release();
        await upload.RefusedAsync(HttpStatusCode.Conflict, "batch_recalled");

        var repeat = await _host.UploadAsync("?sku=V1&unitCost=1.00", "k1", new RowsContent(130_000, i => $"SECRET{i:D6}\n")).ExpectAsync(HttpStatusCode.OK);
        Assert.Equal($"{id} recalled 64000", repeat.Fields("id", "status", "accepted"));
        await _host.DisposeAsync();
        await EngineChecks.AssertSoundAsync(_folder);
    }

    [Fact]
    public async Task ApprovedWhileItIsImported_ItIsOwedOnce_AndCompletes()
    {
        await _host.CreateAsync("/v1/admin/suppliers", """{"code":"acme","name":"Acme","supplies":[{"sku":"V1","unitCost":"6.00","currency":"CNY"}]}""");
        var acme = await _host.KeyAsync("supplier:acme", ["inventory"]);
        using var gate = new SemaphoreSlim(0);
        var upload = _host.UploadAsync("?sku=V1&unitCost=7.00", "k1", new RowsContent(130_000, i => $"SECRET{i:D6}\n", pauseAt: 65_000, gate), acme);
        string? id;
        while ((id = await ImportingAsync()) is null)
        {
        }

        var approved = await _host.PostAsync($"/v1/admin/batches/{id}/approve", TestHost.OperatorKey, """{"reason":null}""").ExpectAsync(HttpStatusCode.OK);
        Assert.Equal("importing ", approved.Fields("status", "total"));
        gate.Release();

        Assert.Equal("completed 130000", (await upload.ExpectAsync(HttpStatusCode.Created)).Fields("status", "accepted"));
        await _host.DisposeAsync();
        await EngineChecks.AssertSoundAsync(_folder);
    }

    // The batch once its first window is stored.
    private async Task<string?> ImportingAsync()
    {
        var list = await _host.GetAsync("/v1/inventory/batches", TestHost.OperatorKey).ExpectAsync(HttpStatusCode.OK);
        return list.GetProperty("data").EnumerateArray().FirstOrDefault() is { ValueKind: System.Text.Json.JsonValueKind.Object } batch && batch.Fields("processed") == "64000" ? batch.Id() : null;
    }

    /// <summary>A body of generated rows, sent as they are made, that may wait in the middle.</summary>
    private sealed class RowsContent(int rows, Func<int, string> row, int pauseAt = -1, SemaphoreSlim? gate = null) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var text = new StringBuilder(rows == 1_000_000 ? "number,secret,expiresOn\n" : "");
            for (var i = 0; i < rows; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{row(i)}");
                if (text.Length > 60_000 || i == rows - 1 || i == pauseAt)
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
                    text.Clear();
                }

                if (i == pauseAt)
                {
                    await stream.FlushAsync();
                    await gate!.WaitAsync(TestContext.Current.CancellationToken);
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
