using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Fulfilment.Host.Tests.Commands;

/// <summary>The command as a process of its own, on the storage of a host that is serving.</summary>
public sealed class ImportCommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-import-").FullName;
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.SkuAsync("V1");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Import_BesideAHost_ShowsInItsStockAtOnce()
    {
        var file = await FileAsync("codes.csv", "number,secret\nNUMBER-77001,SECRET-88001\nNUMBER-77002,SECRET-88002\nNUMBER-77002,SECRET-88002\n,\"SECRET-88003\n");
        var errors = Path.Combine(_folder, "errors.csv");

        var (code, output, error) = await ImportAsync(file, "--unit-cost", "1.50", "--errors", errors);

        Assert.True(code == 0, error);
        Assert.Contains("4 rows: 2 accepted, 1 duplicate, 1 rejected.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("7700", output + error, StringComparison.Ordinal);
        Assert.DoesNotContain("8800", output + error, StringComparison.Ordinal);
        Assert.Equal("line,reason\r\n4,duplicate\r\n5,bad_quote\r\n", await File.ReadAllTextAsync(errors, TestContext.Current.CancellationToken));
        using var stock = await _host.GetAsync("/v1/inventory/stock?sku=V1", TestHost.OperatorKey);
        Assert.Equal(2, (await stock.JsonAsync()).GetProperty("available").GetInt64());
    }

    [Fact]
    public async Task ImportedCodes_AreSoldByTheHostBesideIt()
    {
        var shop = await _host.ShopAsync();
        const string Order = """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"V1","quantity":2}]}""";
        using (var before = await _host.PostAsync("/v1/orders", shop, Order))
        {
            await before.AssertProblemAsync(System.Net.HttpStatusCode.Conflict, "out_of_stock");
        }

        var (code, _, error) = await ImportAsync(await FileAsync("codes.csv", "S1\nS2\n"));
        Assert.True(code == 0, error);

        using var order = await _host.PostAsync("/v1/orders?include=codes", shop, Order);
        var units = (await order.JsonAsync()).GetProperty("lines")[0].GetProperty("units").EnumerateArray();
        Assert.Equal(["S1", "S2"], units.Select(unit => unit.GetProperty("code").GetProperty("secret").GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SameFileAgain_UnderAnotherName_AddsNothing()
    {
        const string Codes = "S1\nS2\nS3\n";
        await ImportAsync(await FileAsync("codes.csv", Codes));

        var (code, output, error) = await ImportAsync(await FileAsync("copy.csv", Codes));

        Assert.True(code == 0, error);
        Assert.Contains("Imported before", output, StringComparison.Ordinal);
        using var batches = await _host.GetAsync("/v1/inventory/batches", TestHost.OperatorKey);
        Assert.Single((await batches.JsonAsync()).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task SameFile_WithOtherOptions_IsRefused_UnlessItGetsAKey()
    {
        var file = await FileAsync("codes.csv", "S1\nS2\n");
        await ImportAsync(file);

        var (refused, _, why) = await ImportAsync(file, "--unit-cost", "2.00");
        Assert.NotEqual(0, refused);
        Assert.Contains("--key", why, StringComparison.Ordinal);

        var (code, output, error) = await ImportAsync(file, "--unit-cost", "2.00", "--key", "second");
        Assert.True(code == 0, error);
        Assert.Contains("0 accepted, 2 duplicate", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sku", "NONE", "There is no SKU NONE")]
    [InlineData("--unit-cost", "x", "--unit-cost x is not an amount")]
    [InlineData("--expires-on", "tomorrow", "--expires-on tomorrow is not a date")]
    [InlineData("--format", "xml", "--format xml is not known")]
    public async Task WrongOption_SaysWhatToDo(string option, string value, string sentence)
    {
        var file = await FileAsync("codes.csv", "S1\n");

        var (code, _, error) = await ImportAsync(file, option, value);

        Assert.NotEqual(0, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(sentence, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingFile_IsNamed()
    {
        var (code, _, error) = await ImportAsync(Path.Combine(_folder, "nowhere.csv"));

        Assert.NotEqual(0, code);
        Assert.Contains("nowhere.csv", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImportByTheHost_AndByACommand_AtOnce_BothComplete()
    {
        var rows = Enumerable.Range(0, 10_000).Select(i => $"SHARED{i:D6}\n").ToList();
        var command = ImportAsync(await FileAsync("codes.csv", string.Concat(rows)));
        rows.Reverse();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/inventory/batches?sku=V1", UriKind.Relative));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Concat(rows)));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestHost.OperatorKey);
        request.Headers.Add("Idempotency-Key", "reversed");
        using var answer = await _host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var (code, _, error) = await command;
        Assert.True(code == 0, error);
        using var stock = await _host.GetAsync("/v1/inventory/stock?sku=V1", TestHost.OperatorKey);
        Assert.Equal(10_000, (await stock.JsonAsync()).GetProperty("available").GetInt64());
        using var batches = await _host.GetAsync("/v1/inventory/batches", TestHost.OperatorKey);
        Assert.Equal(10_000, (await batches.JsonAsync()).GetProperty("data").EnumerateArray().Sum(batch => batch.GetProperty("duplicate").GetInt64()));
    }

    private async Task<string> FileAsync(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        return path;
    }

    private async Task<(int Code, string Output, string Error)> ImportAsync(string file, params string[] options)
    {
        string[] sku = options.Contains("--sku") ? [] : ["--sku", "V1"];
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "import", file, .. sku, .. options, "--storage", _host.Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, error);
    }
}
