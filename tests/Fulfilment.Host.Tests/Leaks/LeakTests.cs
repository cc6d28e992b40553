using System.Net;
using System.Text;
using Dapper;
using Fulfilment.Host.Tests.Nodes;
using Fulfilment.Infrastructure.Tests.Redis;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Leaks;

/// <summary>
/// Promise 5: a shop's whole day on a host that logs all it can, and then a search for every code, recipient, contact, input and key in its
/// logs, files, traces and answers, and in whatever Redis was told.
/// </summary>
public sealed class LeakTests : IDisposable
{
    private const int Codes = 30;
    private const string ClientReference = "visible-reference";

    // All of it ASCII where it is searched for, because a log in JSON writes everything else as \uXXXX.
    // Masks may show a recipient's first three and last four characters.
    private static readonly string[] Recipients = ["13861230001", "13861230002", "13861230003"];
    private static readonly string[] People = [.. Recipients, "zqcontact@leak.example", "zqbuyer-77", "198.51.100.77", "zqdevice-77", "zqinput-77"];
    private static readonly string[] Numbers = [.. Enumerable.Range(0, Codes).Select(i => $"ZQNUM{i:D4}")];
    private static readonly string[] Secrets = [.. Enumerable.Range(0, Codes).Select(i => $"ZQSEC-{i:D4}-密")];
    private static readonly string[] SearchedSecrets = [.. Enumerable.Range(0, Codes).SelectMany(i => (string[])[$"ZQSEC-{i:D4}", $"ZQSEC{i:D4}"])];
    private static readonly string[] BadRows = ["ZQBADROW", "ZQDUPLICATE"];

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-leak-").FullName;
    private readonly List<(string Where, string Text)> _answers = [];
    private readonly List<string> _keys = [TestHost.OperatorKey, "zq-a-key-that-is-wrong-in-every-way"];

    [Fact]
    public async Task NoSecret_StandsInLogsFilesTracesAnswersOrRedis()
    {
        await using var collector = await TraceCollector.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        await using var monitor = await RedisMonitor.StartAsync(redis);
        await using var host = await HostProcess.StartAsync(
            _folder, [$"Otlp:Endpoint={collector.Address}", .. AllLogs, .. TwoNodes.OnRedis(redis)], environment: new() { ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" });
        var shown = await LiveADayAsync(host);
        Assert.NotEmpty(shown);

        var scan = new SecretScan([.. People, .. Numbers, .. SearchedSecrets, .. BadRows, .. _keys]);
        var found = scan.FindInFolder(_folder).ToList();

        // Traces are sent at the latest when the host stops; the second host is killed so that its log and -shm stay behind.
        Assert.Equal(0, await host.TerminateAsync());
        found.AddRange(scan.FindInFolder(_folder));
        await using (var second = await HostProcess.StartAsync(_folder, AllLogs))
        {
            await PlaceAsync(second, _keys[^1], "last", Recipients[2], null);
            await second.KillAsync();
            found.AddRange(scan.Find("log of the second host", second.Output));
        }

        found.AddRange(scan.FindInFolder(_folder));
        await monitor.CatchUpAsync(redis);
        found.AddRange(scan.Find("Redis", monitor.Received));
        found.AddRange(scan.Find("log", host.Output));
        found.AddRange(scan.Find("traces", collector.Received));
        found.AddRange(_answers.SelectMany(answer => scan.Find(answer.Where, answer.Text)));
        Assert.True(found.Count == 0, string.Join('\n', found.Distinct()));

        AssertTheSearchSees(host, collector, monitor);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string[] AllLogs =>
        ["Logging:LogLevel:Default=Trace", "Logging:LogLevel:Microsoft=Trace", "Logging:LogLevel:System=Trace", "Logging:Console:FormatterOptions:IncludeScopes=true"];

    // Every way a secret comes in or goes out, and every way a request fails. Gives what was meant to be shown.
    private async Task<IReadOnlyList<string>> LiveADayAsync(HostProcess host)
    {
        await host.SkuAsync("VIP", more: ""","inputs":[{"name":"server","required":false,"pattern":"[a-z0-9-]+"}],"recipientPattern":"\\d{11}" """);
        await host.StorefrontAsync("shop-1", more: ""","holdAbove":"30.00" """);
        var key = await host.KeyAsync();
        var noCodes = await host.KeyAsync(scopes: ["orders"]);
        _keys.AddRange([noCodes, key]);
        await KeepAsync("import", await host.ImportAsync("VIP", ["number,secret,expiresOn", .. Enumerable.Range(0, Codes).Select(i => $"{Numbers[i]},{Secrets[i]},")], "first"));
        await KeepAsync("import of bad rows", await host.ImportAsync("VIP", ["number,secret,expiresOn", $"ZQDUPLICATE,{Secrets[0]},", $"{Numbers[0]},{Secrets[0]},", "ZQBADROW,ZQBADROW,never", "ZQBADROW"], "second"));
        await KeepAsync("import of no rows", await host.ImportAsync("NONE", ["ZQBADROW"], "third"));
        await KeepAsync("batches", await host.GetAsync("/v1/inventory/batches?sku=VIP", TestHost.OperatorKey));

        var shown = new List<string>();
        var first = await PlaceAsync(host, key, ClientReference, Recipients[0], shown);
        await PlaceAsync(host, key, ClientReference, Recipients[0], shown);
        var held = await PlaceAsync(host, key, "held", Recipients[1], null, quantity: 3);
        await KeepAsync("release", await host.PostAsync($"/v1/admin/orders/{held}/release", TestHost.OperatorKey, ""));
        var rejected = await PlaceAsync(host, key, "rejected", Recipients[1], null, quantity: 3);
        await KeepAsync("reject", await host.PostAsync($"/v1/admin/orders/{rejected}/reject", TestHost.OperatorKey, ""));
        using (var codes = await host.GetAsync($"/v1/orders/{held}/codes", key))
        {
            shown.Add((await codes.JsonAsync()).ToString());
        }

        foreach (var path in (string[])[$"/v1/orders/{first}", "/v1/orders", $"/v1/orders/{first}?include=codes", $"/v1/orders/{held}/codes"])
        {
            await KeepAsync($"GET {path}", await host.GetAsync(path, path.Contains("codes", StringComparison.Ordinal) ? noCodes : key));
        }

        await KeepAsync("admin orders", await host.GetAsync("/v1/admin/orders", TestHost.OperatorKey));
        await KeepAsync("audit", await host.GetAsync("/v1/admin/audit", TestHost.OperatorKey));
        await KeepAsync("keys", await host.GetAsync("/v1/admin/keys", TestHost.OperatorKey));
        await FailInEveryWayAsync(host, key);
        return shown;
    }

    private async Task FailInEveryWayAsync(HostProcess host, string key)
    {
        var good = Body("bad", Recipients[2], 1);
        (string Where, string? Key, string Body)[] bad =
        [
            ("wrong key", _keys[1], good),
            ("broken JSON", key, good[..^3]),
            ("JSON broken inside a recipient", key, good.Replace(Recipients[2], Recipients[2] + "\n", StringComparison.Ordinal)),
            ("lone surrogate", key, good.Replace(Recipients[2], Recipients[2] + "\\ud800", StringComparison.Ordinal)),
            ("wrong type", key, good.Replace("\"quantity\":1", $"\"quantity\":\"{Recipients[2]}\"", StringComparison.Ordinal)),
            ("unknown enum", key, good.Replace("\"currency\"", $"\"source\":\"{Recipients[2]}\",\"currency\"", StringComparison.Ordinal)),
            ("bad money", key, good.Replace("\"quantity\":1", $"\"quantity\":1,\"maxUnitPrice\":\"{Recipients[2]}.00001\"", StringComparison.Ordinal)),
            ("recipient that does not match", key, good.Replace(Recipients[2], Recipients[2] + "x", StringComparison.Ordinal)),
            ("recipient too long", key, good.Replace(Recipients[2], new string('9', 200) + Recipients[2], StringComparison.Ordinal)),
            ("unknown SKU", key, good.Replace("VIP", "VAP", StringComparison.Ordinal)),
            ("undeclared input", key, good.Replace("server", "servant", StringComparison.Ordinal)),
            ("out of stock", key, Body("bad", Recipients[2], 90)),
            ("conflict", key, Body(ClientReference, Recipients[2], 1)),
        ];
        foreach (var (where, with, body) in bad)
        {
            using var answer = await host.PostAsync("/v1/orders?include=codes", with, body);
            Assert.InRange((int)answer.StatusCode, 400, 499);
            await KeepAsync(where, answer);
        }

        // A fault of ours: the database refuses the order, and the whole exception is logged.
        using (var database = new SqliteConnection($"Data Source={Path.Combine(_folder, "fulfilment.db")};Pooling=False"))
        {
            await database.ExecuteAsync("CREATE TRIGGER broken BEFORE INSERT ON order_lines BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END");
            using var answer = await host.PostAsync("/v1/orders?include=codes", key, good);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            await KeepAsync("internal", answer);
            await database.ExecuteAsync("DROP TRIGGER broken");
        }

        // The log goes through a queue and a pipe: it comes after the answer.
        Assert.True(SpinWait.SpinUntil(() => host.Output.Contains("broken on purpose", StringComparison.Ordinal), TimeSpan.FromSeconds(30)));
    }

    private static async Task<string> PlaceAsync(HostProcess host, string key, string reference, string recipient, List<string>? shown, int quantity = 1)
    {
        using var answer = await host.PostAsync("/v1/orders?include=codes", key, Body(reference, recipient, quantity));
        var order = await answer.JsonAsync();
        Assert.True(answer.IsSuccessStatusCode, order.ToString());
        Assert.Equal(quantity, order.GetProperty("lines")[0].GetProperty("units").GetArrayLength());
        shown?.Add(order.ToString());
        return order.GetProperty("id").GetString()!;
    }

    private static string Body(string reference, string recipient, int quantity) => $$$"""
        {"clientReference":"{{{reference}}}","currency":"CNY","metadata":{"shop":"visible-metadata"},
         "buyer":{"reference":"zqbuyer-77","ip":"198.51.100.77","deviceId":"zqdevice-77","contact":"zqcontact@leak.example"},
         "lines":[{"sku":"VIP","quantity":{{{quantity}}},"recipient":"{{{recipient}}}","inputs":{"server":"zqinput-77"}}]}
        """;

    private async Task KeepAsync(string where, HttpResponseMessage answer)
    {
        using (answer)
        {
            _answers.Add(($"answer to {where}", $"{answer}\n{await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}"));
        }
    }

    // A search that finds nothing proves nothing unless it finds what is there.
    private void AssertTheSearchSees(HostProcess host, TraceCollector collector, RedisMonitor monitor)
    {
        var visible = new SecretScan([ClientReference, "visible-metadata"]);
        Assert.NotEmpty(visible.FindInFolder(_folder));
        Assert.NotEmpty(new SecretScan(["/v1/orders"]).Find("traces", collector.Received));
        Assert.Matches("\"LPOP\" \"[^\"]*window:\\d+\"", monitor.Received);
        Assert.Contains("\"LogLevel\":\"Debug\"", host.Output, StringComparison.Ordinal);
        Assert.Contains("138****0001", string.Concat(_answers.Select(answer => answer.Text)), StringComparison.Ordinal);
        Assert.NotEmpty(new SecretScan(["密"]).Find("UTF-16", Encoding.Unicode.GetBytes("卡密")));
    }
}
