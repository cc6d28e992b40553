using System.Diagnostics;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Commands;

/// <summary>The demo as a process, and its curl line as it is pasted into a shell.</summary>
public sealed class DemoCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-demo-").FullName;

    [Fact]
    public async Task PrintedLine_OrdersACode_AndPastedAgainShowsTheSameOrder()
    {
        using var demo = Start();
        var curl = Line(await ReadAsync(demo), "/v1/orders?include=codes");

        var first = await PasteAsync(curl);
        var again = await PasteAsync(curl);

        Assert.Equal("fulfilled", first.GetProperty("status").GetString());
        Assert.Equal(first.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        Assert.Matches("^[A-Z2-9]{16}$", Secret(first));
        Assert.Equal(Secret(first), Secret(again));
        Assert.Equal(0, await StopAsync(demo));
    }

    [Fact]
    public async Task SecondStart_KeepsTheShop_AndMakesANewKey()
    {
        string firstKey;
        string shown;
        using (var first = Start())
        {
            var text = await ReadAsync(first);
            firstKey = Line(text, "fk_live_");
            shown = (await PasteAsync(Line(text, "/v1/orders?include=codes"))).GetProperty("id").GetString()!;
            Assert.Equal(0, await StopAsync(first));
        }

        using var second = Start();
        var output = await ReadAsync(second);
        var skus = await PasteAsync(Line(output, "/v1/skus"));
        var orders = await PasteAsync(Line(output, "/v1/skus").Replace("/v1/skus", "/v1/orders", StringComparison.Ordinal));

        Assert.NotEqual(firstKey, Line(output, "fk_live_"));
        Assert.Equal(4, skus.GetProperty("data").GetArrayLength());
        Assert.Equal(shown, orders.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.Equal(0, await StopAsync(second));
    }

    [Fact]
    public async Task TakenPort_IsToldInOneSentence_AndNothingElse()
    {
        await using var host = await TestHost.StartAsync();

        using var demo = Start(host.Client.BaseAddress!.ToString());
        var output = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, demo.ExitCode);
        Assert.Matches(@"^error: Failed to bind .* choose another address with --urls\.\s*$", error);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Process Start(string urls = "http://127.0.0.1:0") => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "demo", "--storage", _folder, "--urls", urls])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static async Task<List<string>> ReadAsync(Process demo)
    {
        var lines = new List<string>();
        while (await demo.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line.Trim());
            if (line.Contains("Ctrl+C", StringComparison.Ordinal))
            {
                return lines;
            }
        }

        Assert.Fail($"The demo ended: {string.Join('\n', lines)} {await demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        return lines;
    }

    private static string Line(List<string> lines, string part) => lines.First(line => line.Contains(part, StringComparison.Ordinal));

    private static async Task<JsonElement> PasteAsync(string line)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true })!;
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, bash.ExitCode);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task<int> StopAsync(Process demo)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{demo.Id}"]);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);
        return demo.ExitCode;
    }

    private static string Secret(JsonElement order) =>
        order.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("code").GetProperty("secret").GetString()!;
}
