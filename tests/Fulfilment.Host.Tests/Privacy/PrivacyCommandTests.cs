using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Fulfilment.Host.Tests.Leaks;
using Fulfilment.Host.Tests.Orders;
using static Fulfilment.Host.Tests.Orders.Shop;

namespace Fulfilment.Host.Tests.Privacy;

/// <summary>Export and erasure as processes of their own, beside a running host.</summary>
public sealed class PrivacyCommandTests(Shop shop) : IClassFixture<Shop>
{
    private const string Person = "13912345678";
    private const string Contact = "zq-contact@person.example";

    [Fact]
    public async Task Export_ThenErase_LeavesTheOrderAndNothingOfThePerson()
    {
        var body = Body(shop.Reference(), "INPUT", line: $$""","recipient":"{{Person}}","inputs":{"server":"S7"}""", order: $$""","buyer":{"reference":"zq-buyer","contact":"{{Contact}}"}""");
        var placed = await shop.PlacedAsync(body, query: "?include=codes");
        var id = placed.GetProperty("id").GetString();
        var held = await shop.PlacedAsync(Body(shop.Reference(), quantity: 2, line: $$""","recipient":"{{Person}}" """), shop.HeldKey, expected: HttpStatusCode.Accepted);

        var file = Path.Combine(shop.Host.Folder, "export.json");
        var exported = await RunAsync(Person, "export", "--recipient", "-", "--storefront", "shop-1", "--output", file);
        Assert.True(exported.ExitCode == 0, exported.Error);
        var order = Assert.Single(JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).RootElement.GetProperty("orders").EnumerateArray());
        var line = order.GetProperty("lines")[0];
        Assert.Equal((id, "shop-1", Contact), (order.GetProperty("id").GetString(), order.GetProperty("storefront").GetString(), order.GetProperty("buyer").GetProperty("contact").GetString()));
        Assert.Equal((Person, "S7", "delivered"), (line.GetProperty("recipient").GetString(), line.GetProperty("inputs").GetProperty("server").GetString(), line.GetProperty("units")[0].GetProperty("status").GetString()));
        Assert.Empty(new SecretScan(["INPUT-S0"]).Find("export", order.GetRawText()));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        var again = await RunAsync(null, "export", "--recipient", Person, "--output", file);
        Assert.Equal(1, again.ExitCode);
        File.Delete(file);

        var erased = await RunAsync(Person, "erase", "--recipient", "-");
        Assert.True(erased.ExitCode == 0, erased.Error);
        Assert.Contains("from 1 orders", erased.Output, StringComparison.Ordinal);
        Assert.Contains("1 open orders keep", erased.Output, StringComparison.Ordinal);

        var replay = await shop.PlacedAsync(body, query: "?include=codes", expected: HttpStatusCode.OK);
        Assert.Equal((id, "fulfilled"), (replay.GetProperty("id").GetString(), replay.GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.Null, replay.GetProperty("lines")[0].GetProperty("recipient").ValueKind);
        Assert.Equal(placed.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("code").GetRawText(), replay.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("code").GetRawText());
        using (var conflict = await shop.PlaceAsync(body.Replace(Person, "13912345679", StringComparison.Ordinal)))
        {
            await conflict.AssertProblemAsync(HttpStatusCode.Conflict, "reference_conflict", "/clientReference");
        }

        using (var search = await shop.Host.PostAsync("/v1/benefits/search", shop.Key, $$"""{"recipient":"{{Person}}"}"""))
        {
            Assert.Empty((await search.JsonAsync()).GetProperty("data").EnumerateArray());
        }

        using (await shop.Host.SendAsync(HttpMethod.Post, $"/v1/orders/{held.GetProperty("id").GetString()}/cancel", shop.HeldKey))
        {
        }

        Assert.Contains("from 1 orders", (await RunAsync(null, "erase", "--recipient", Person)).Output, StringComparison.Ordinal);
        Assert.Contains("from 0 orders", (await RunAsync(null, "erase", "--buyer-reference", "zq-buyer")).Output, StringComparison.Ordinal);
        await AssertAuditedWithoutThePersonAsync();
        Assert.Empty(new SecretScan([Person, Contact, "zq-buyer"]).FindInFolder(shop.Host.Folder));
        Assert.Empty(new SecretScan([Person, Contact, "zq-buyer"]).Find("log", shop.Host.Log.Text));
    }

    [Fact]
    public async Task Faults_SayWhatToDo()
    {
        (string[] Arguments, string Says)[] faults =
        [
            (["erase"], "exactly one of --recipient and --buyer-reference"),
            (["export", "--recipient", "a", "--buyer-reference", "b"], "exactly one of"),
            (["erase", "--recipient", " "], "must not be blank"),
            (["erase", "--recipient", "1", "--storefront", "nobody"], "There is no storefront nobody"),
        ];
        foreach (var (arguments, says) in faults)
        {
            var result = await RunAsync(null, arguments);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains(says, result.Error, StringComparison.Ordinal);
        }
    }

    private async Task AssertAuditedWithoutThePersonAsync()
    {
        using var audit = await shop.Host.GetAsync($"/v1/admin/audit?actor=command:{Environment.UserName}", TestHost.OperatorKey);
        var entries = (await audit.JsonAsync()).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["privacy.erased", "privacy.erased", "privacy.erased", "privacy.exported"], entries.Select(entry => entry.GetProperty("action").GetString()));
        Assert.All(entries, entry => Assert.Matches("^person:[0-9a-f]{8}$", entry.GetProperty("subject").GetString()));
        Assert.Equal("""{"orders":1,"lines":1}""", entries[2].GetProperty("after").GetRawText());
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(string? input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "privacy", .. arguments, "--storage", shop.Host.Folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteLineAsync(input ?? "");
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
