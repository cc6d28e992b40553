using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Dapper;
using Fulfilment.Host.Tests.Durability;
using Fulfilment.Infrastructure.Security;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Vault;

/// <summary>The encryption key changes while a host sells and reveals: every value is readable at every step, also when the re-encryption is killed.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private const int Stock = 6_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-rotation-").FullName;

    [Fact]
    public async Task Rotation_WhileOrdersAreTakenAndRevealed_LosesNothing_AlsoWhenKilled()
    {
        await using var host = await HostProcess.StartAsync(_folder);
        await host.SkuAsync("VIP", more: ""","inputs":[{"name":"server","required":false}]""");
        var key = await host.ShopAsync();
        using (var imported = await host.ImportAsync("VIP", Enumerable.Range(0, Stock).Select(i => $"N{i:D6},S{i:D6}").Prepend("number,secret")))
        {
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        }

        using var stop = new CancellationTokenSource();
        var orders = new ConcurrentQueue<(string Id, string Codes)>();
        var load = Task.Run(() => LoadAsync(host, key, orders, stop.Token), TestContext.Current.CancellationToken);
        await Patience.UntilAsync(() => load.IsCompleted || orders.Count > 20);

        Assert.False(load.IsCompleted, $"{load.Exception}");
        await HostCommand.DoAsync(_folder, "keys", "encryption", "add");
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(_folder, KeyFile.Name)) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        await Patience.UntilAsync(() => Scalar<string>("SELECT encryption_keys FROM nodes WHERE number = 0") == "1,2");
        Assert.Contains("still is active", await AssertActiveAsync("1"), StringComparison.Ordinal);
        await HostCommand.DoAsync(_folder, "keys", "encryption", "activate", "2");
        await KillReencryptionAsync();
        Assert.True(Values(1) > 0, "It was killed too late to leave anything.");
        Assert.True(Values(2) > 0);
        await HostCommand.DoAsync(_folder, "keys", "encryption", "reencrypt");
        await stop.CancelAsync();
        await load;

        Assert.Equal(0, Values(1));
        Assert.Contains("Try again after", await HostCommand.RefusedAsync(_folder, "keys", "encryption", "retire", "1"), StringComparison.Ordinal);
        Execute("UPDATE encryption_keys SET deactivated_at = 1 WHERE id = 1");
        await HostCommand.DoAsync(_folder, "keys", "encryption", "retire", "1");
        await Patience.UntilAsync(() => Scalar<string>("SELECT encryption_keys FROM nodes WHERE number = 0") == "2");
        Assert.DoesNotContain("\"1\":", await File.ReadAllTextAsync(Path.Combine(_folder, KeyFile.Name), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        foreach (var (id, codes) in orders)
        {
            Assert.Equal(codes, await CodesAsync(host, key, id));
        }

        Assert.Equal(0, await host.TerminateAsync());
        await EngineChecks.AssertSoundAsync(_folder);
    }

    [Fact]
    public async Task NodeWithoutTheKey_KeepsItFromBecomingActive_AndIsNamed()
    {
        var settings = await KeySettingsAsync();
        await using var host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder, Settings = settings });
        await HostCommand.DoAsync(_folder, "keys", "encryption", "add");

        var refused = await HostCommand.RefusedAsync(_folder, "keys", "encryption", "activate", "2");

        Assert.Contains("node 0 has not loaded it", refused, StringComparison.Ordinal);
        Assert.Equal("1", Scalar<string>("SELECT value FROM settings WHERE name = 'encryption-active'"));
        Assert.Contains(
            "openssl rand -base64 32",
            await HostCommand.RefusedAsync(_folder, ["keys", "encryption", "add", .. settings.SelectMany(setting => (string[])["--set", $"{setting.Key}={setting.Value}"])]),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task OldKeyFile_StartsWhileTheNewKeyWasNeverActive_AndIsRefusedAfter()
    {
        await using (await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
        }

        var file = Path.Combine(_folder, KeyFile.Name);
        var old = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        await HostCommand.DoAsync(_folder, "keys", "encryption", "add");
        var both = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(file, old, TestContext.Current.CancellationToken);
        await using (await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
        }

        await File.WriteAllBytesAsync(file, both, TestContext.Current.CancellationToken);
        await HostCommand.DoAsync(_folder, "keys", "encryption", "activate", "2");
        await File.WriteAllBytesAsync(file, old, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions { Folder = _folder }));
        Assert.Contains("encryption:2 is missing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retire_IsRefused_WhileAValueNamesTheKey_OrItIsActive()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder });
        await host.SkuAsync("VIP");
        using var imported = await host.ImportAsync("VIP", ["A", "B"]);
        Assert.Contains("is the active one", await HostCommand.RefusedAsync(_folder, "keys", "encryption", "retire", "1"), StringComparison.Ordinal);
        await HostCommand.DoAsync(_folder, "keys", "encryption", "add");
        await HostCommand.DoAsync(_folder, "keys", "encryption", "activate", "2");
        await Patience.UntilAsync(() => Scalar<long>("SELECT encryption_active FROM nodes WHERE number = 0") == 2);
        Execute("UPDATE encryption_keys SET deactivated_at = 1 WHERE id = 1");

        var refused = await HostCommand.RefusedAsync(_folder, "keys", "encryption", "retire", "1");

        Assert.Contains("2 in card_keys.code", refused, StringComparison.Ordinal);
        Assert.Contains("key 1  old  2 values", await HostCommand.DoAsync(_folder, "keys", "encryption", "status"), StringComparison.Ordinal);
        using var later = await host.ImportAsync("VIP", ["C"]);
        Assert.Equal(HttpStatusCode.Created, later.StatusCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task LoadAsync(HostProcess host, string key, ConcurrentQueue<(string, string)> orders, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            using var answer = await host.PostAsync(
                "/v1/orders?include=codes",
                key,
                $$$"""{"clientReference":"R{{{i}}}","currency":"CNY","lines":[{"sku":"VIP","quantity":1,"recipient":"1380000{{{i:D4}}}","inputs":{"server":"S{{{i}}}"}}],"buyer":{"reference":"u{{{i}}}"}}""");
            var order = await answer.JsonAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{answer.StatusCode}: {order}");
            var id = order.GetProperty("id").GetString()!;
            orders.Enqueue((id, await CodesAsync(host, key, id)));
            if (i % 5 == 4 && orders.TryPeek(out var oldest))
            {
                Assert.Equal(oldest.Item2, await CodesAsync(host, key, oldest.Item1));
            }
        }
    }

    private static async Task<string> CodesAsync(HostProcess host, string key, string id)
    {
        using var answer = await host.GetAsync($"/v1/orders/{id}?include=codes", key);
        var order = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, order.ToString());
        var line = order.GetProperty("lines")[0];
        return JsonSerializer.Serialize(new { recipient = line.GetProperty("recipient"), code = line.GetProperty("units")[0].GetProperty("code") });
    }

    private async Task KillReencryptionAsync()
    {
        using var reencryption = HostCommand.Start(_folder, "keys", "encryption", "reencrypt");
        await Patience.UntilAsync(() => reencryption.HasExited || Scalar<long>("SELECT coalesce(sum(changed), 0) FROM reencryptions") > 0);
        reencryption.Kill();
        await reencryption.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private async Task<Dictionary<string, string?>> KeySettingsAsync()
    {
        await using (await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
        }

        var keys = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(_folder, KeyFile.Name), TestContext.Current.CancellationToken)).RootElement;
        return new()
        {
            ["Security:Keys:Active"] = "1",
            ["Security:Keys:Encryption:1"] = keys.GetProperty("encryption").GetProperty("1").GetString(),
            ["Security:Keys:Fingerprint"] = keys.GetProperty("fingerprint").GetString(),
            ["Security:Keys:LookUp"] = keys.GetProperty("lookUp").GetString(),
            ["Security:Keys:Custody"] = keys.GetProperty("custody").GetString(),
        };
    }

    private async Task<string> AssertActiveAsync(string id)
    {
        Assert.Contains($"key {id}  active", await HostCommand.DoAsync(_folder, "keys", "encryption", "status"), StringComparison.Ordinal);
        return $"{id} still is active";
    }

    private long Values(byte key) => Scalar<long>(
        """
        SELECT (SELECT count(*) FROM card_keys WHERE substr(code, 2, 1) = @key) + (SELECT count(*) FROM orders WHERE substr(buyer, 2, 1) = @key)
             + (SELECT count(*) FROM order_lines WHERE substr(recipient, 2, 1) = @key) + (SELECT count(*) FROM order_lines WHERE substr(inputs, 2, 1) = @key)
        """,
        new { key = new[] { key } });

    private T? Scalar<T>(string sql, object? parameters = null)
    {
        using var database = Open();
        return database.ExecuteScalar<T>(sql, parameters);
    }

    private void Execute(string sql)
    {
        using var database = Open();
        database.Execute(sql);
    }

    private SqliteConnection Open()
    {
        var database = new SqliteConnection($"Data Source={Path.Combine(_folder, "fulfilment.db")};Pooling=False");
        database.Open();
        return database;
    }
}
