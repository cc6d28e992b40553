using System.Diagnostics;
using System.Net;
using Fulfilment.Host.Tests.Durability;
using Fulfilment.Host.Tests.Inventory;

namespace Fulfilment.Host.Tests.Commands;

/// <summary><c>import --sold</c> as a process of its own, beside a host that sells.</summary>
public sealed class SoldCodesCommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-sold-").FullName;
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
    public async Task CodesSoldElsewhere_AreNeverSoldHere()
    {
        var shop = await _host.ShopAsync();
        await _host.UploadAsync("?sku=V1&unitCost=2.00&expiresOn=2080-01-01", "k1", "secret\nSOLD-HERE\n").ExpectAsync(HttpStatusCode.Created);
        await _host.PostAsync("/v1/orders", shop, """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"V1","quantity":1}]}""").ExpectAsync(HttpStatusCode.Created);
        await _host.UploadAsync("?sku=V1&unitCost=2.00", "k2", "secret\nSTILL-HERE\nKEPT\n").ExpectAsync(HttpStatusCode.Created);
        var file = Path.Combine(_folder, "sold.csv");
        await File.WriteAllTextAsync(file, "卡密,有效期\nOLD-1,2020-01-01\nOLD-2,\nSOLD-HERE,\nSTILL-HERE,\n\"x\"y,\n", TestContext.Current.CancellationToken);

        var (code, output) = await RunAsync(file);

        Assert.True(code == 0, output);
        Assert.Contains("2 new, 0 known already, 1 voided from our stock, 0 voided or expired before, 1 delivered by us, 0 reserved, 1 rejected.", output, StringComparison.Ordinal);
        Assert.Contains("two buyers may have the code: line 4", output, StringComparison.Ordinal);
        Assert.DoesNotContain("OLD-", output, StringComparison.Ordinal);
        Assert.DoesNotContain("-HERE", output, StringComparison.Ordinal);

        // Now nothing of the file enters, and what was in stock is not sold.
        var later = await _host.UploadAsync("?sku=V1&unitCost=2.00", "k3", "secret\nOLD-1\nOLD 2\nNEW\n").ExpectAsync(HttpStatusCode.Created);
        Assert.Equal("1 2", later.Fields("accepted", "duplicate"));
        var stock = await _host.GetAsync("/v1/inventory/stock?sku=V1", TestHost.OperatorKey).ExpectAsync(HttpStatusCode.OK);
        Assert.Equal("2 1 1", stock.Fields("available", "delivered", "voided"));

        var (again, repeat) = await RunAsync(file);
        Assert.True(again == 0, repeat);
        Assert.Contains("0 new, 2 known already, 0 voided from our stock, 1 voided or expired before, 1 delivered by us, 0 reserved, 1 rejected.", repeat, StringComparison.Ordinal);
        await _host.DisposeAsync();
        await EngineChecks.AssertSoundAsync(_folder);
    }

    private async Task<(int Code, string Output)> RunAsync(string file)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "import", file, "--sold", "--storage", _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, (output + await error).ReplaceLineEndings(" "));
    }
}
