using System.Diagnostics;
using System.Net;
using Dapper;
using Fulfilment.Host.Tests.Durability;
using Fulfilment.Infrastructure.Security;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Vault;

/// <summary>Promise 1 after a restore: nothing that was sold after the backup is sold again, unless somebody has looked and released it.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fulfilment-restore-").FullName;

    private string Folder => Path.Combine(_root, "data");

    private string Backup => Path.Combine(_root, "backup.db");

    private string Database => Path.Combine(Folder, "fulfilment.db");

    [Fact]
    public async Task Restored_SellsNothingUntilReleased_AndHasNewWebhookIds_AndNoHeldOrder()
    {
        var (key, heldKey, batch) = await SeedAsync();
        var before = Query<long>(Backup, "SELECT id FROM outbox WHERE order_id <> 0");
        string sold;
        await using (var host = await StartAsync())
        {
            sold = await BuyAsync(host, key, "after-the-backup");
        }

        before = [.. before, .. Query<long>(Database, "SELECT id FROM outbox WHERE order_id <> 0")];
        var latest = Query<long>(Database, "SELECT max(id) FROM transfers UNION ALL SELECT max(id) FROM audit_entries UNION ALL SELECT max(id) FROM orders").Max();
        var printed = await HostCommand.DoAsync(Folder, "restore", "--from", Backup, "--replace");

        Assert.Contains("1 held orders were called off", printed, StringComparison.Ordinal);
        Assert.Contains("1 batches sell nothing", printed, StringComparison.Ordinal);
        Assert.Empty(Query<long>(Database, "SELECT id FROM outbox WHERE order_id <> 0").Intersect(before));
        Assert.Equal(3, Query<long>(Database, "SELECT id FROM outbox WHERE order_id <> 0").Count);
        await EngineChecks.AssertSoundAsync(Folder);
        await using var restored = await StartAsync();
        using (var refused = await restored.PostAsync("/v1/orders", key, Order("again")))
        {
            await refused.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
        }

        using (var held = await restored.GetAsync("/v1/orders?clientReference=held", heldKey))
        {
            var order = (await held.JsonAsync()).GetProperty("data")[0];
            Assert.Equal("cancelled", order.GetProperty("status").GetString());
            Assert.True(order.GetProperty("version").GetInt32() > 1_000);
        }

        await ReleaseByApiAsync(restored, batch);
        Assert.Contains(sold, (string[])[await BuyAsync(restored, key, "released-1"), await BuyAsync(restored, key, "released-2")]);
        Assert.True(Query<long>(Database, "SELECT max(id) FROM orders").Single() > latest);
        using var again = await restored.GetAsync($"/v1/admin/batches/{batch}/evidence", TestHost.OperatorKey);
        await again.AssertProblemAsync(HttpStatusCode.Conflict, "not_restored");
    }

    [Fact]
    public async Task ListOfWhatWasSoldSince_IsVoided_SoThatAReleaseSellsTheRestAlone()
    {
        var (key, _, batch) = await SeedAsync();
        string sold;
        await using (var host = await StartAsync())
        {
            sold = await BuyAsync(host, key, "after-the-backup");
        }

        await HostCommand.DoAsync(Folder, "restore", "--from", Backup, "--replace");
        var list = Path.Combine(_root, "sold.csv");
        await File.WriteAllLinesAsync(list, ["secret", sold], TestContext.Current.CancellationToken);
        await HostCommand.DoAsync(Folder, "import", list, "--sold");
        var fresh = Path.Combine(_root, "fresh.csv");
        await File.WriteAllLinesAsync(fresh, ["secret", "fresh-1"], TestContext.Current.CancellationToken);
        Assert.Contains("Nothing of it is sold until", await HostCommand.DoAsync(Folder, "import", fresh, "--sku", "VIP"), StringComparison.Ordinal);
        await using var restored = await StartAsync();
        await ReleaseByApiAsync(restored, batch);

        for (var i = 0; i < 8; i++)
        {
            Assert.NotEqual(sold, await BuyAsync(restored, key, $"rest-{i}"));
        }

        using var over = await restored.PostAsync("/v1/orders", key, Order("over"));
        await over.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
    }

    [Fact]
    public async Task Evidence_ChangesWithTheBatch_AndAnOldTokenReleasesNothing()
    {
        var (_, _, batch) = await SeedAsync();
        await HostCommand.DoAsync(Folder, "restore", "--from", Backup, "--replace");
        var shown = await HostCommand.DoAsync(Folder, "batches", "evidence", batch);
        var token = shown.Split('\n').Single(line => line.StartsWith("evidence ", StringComparison.Ordinal))["evidence ".Length..].Trim();
        Assert.Contains("chains of custody: no findings", shown, StringComparison.Ordinal);
        Execute("UPDATE batch_stock SET available = available - 1, voided = voided + 1");

        var refused = await HostCommand.RefusedAsync(Folder, "batches", "release", batch, "--reason", "seen", "--evidence", token);

        Assert.Contains("not the token", refused, StringComparison.Ordinal);
        Assert.Equal(1, Query<long>(Database, "SELECT count(*) FROM batches WHERE frozen = 1 AND restored_at IS NOT NULL").Single());
        Execute("UPDATE batch_stock SET available = available + 1, voided = voided - 1");
        Assert.Contains("on sale again", await HostCommand.DoAsync(Folder, "batches", "release", batch, "--reason", "seen", "--evidence", token), StringComparison.Ordinal);
        Assert.Equal(0, Query<long>(Database, "SELECT frozen FROM batches").Single());
        Assert.Equal(
            ["batch.released", "batch.frozenByRestore"],
            Query<string>(Database, $"SELECT action FROM audit_entries WHERE subject = 'batch:{batch}' AND action LIKE 'batch.%rele%' OR action = 'batch.frozenByRestore' ORDER BY id DESC"));
    }

    [Fact]
    public async Task BatchFrozenBefore_StaysFrozenAfterItsRelease_AlsoWhenRestoredTwice()
    {
        var (_, _, batch) = await SeedAsync();
        Execute("UPDATE batches SET frozen = 1");
        File.Delete(Backup);
        await HostCommand.DoAsync(Folder, "backup", "--to", Backup);
        await HostCommand.DoAsync(Folder, "restore", "--from", Backup, "--replace");
        var second = Path.Combine(_root, "second.db");
        await HostCommand.DoAsync(Folder, "backup", "--to", second);
        await HostCommand.DoAsync(Folder, "restore", "--from", second, "--replace");
        await using var host = await StartAsync();

        await ReleaseByApiAsync(host, batch);

        Assert.Equal(1, Query<long>(Database, "SELECT frozen FROM batches").Single());
    }

    [Fact]
    public async Task FileOfBatchImportedAfterTheBackup_WaitsToo_UntilNoRestoredBatchDoes()
    {
        var (key, _, batch) = await SeedAsync();
        await HostCommand.DoAsync(Folder, "restore", "--from", Backup, "--replace");
        await using var host = await StartAsync();

        using var again = await host.ImportAsync("VIP", ["number,secret", "L1,lost-1", "L2,lost-2"]);
        var lost = (await again.JsonAsync()).GetProperty("id").GetString()!;
        using (var refused = await host.PostAsync("/v1/orders", key, Order("waits")))
        {
            await refused.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
        }

        await ReleaseByApiAsync(host, lost);
        Assert.StartsWith("lost-", await BuyAsync(host, key, "lost-released"), StringComparison.Ordinal);
        await ReleaseByApiAsync(host, batch);
        await host.ImportAsync("VIP", ["number,secret,expiresOn", $"L3,new-1,{DateTime.UtcNow.AddDays(3):yyyy-MM-dd}"]);
        Assert.Equal("new-1", await BuyAsync(host, key, "ordinary"));
    }

    [Fact]
    public async Task WrongFilesAndKeys_AreRefused_BeforeAnythingChanges()
    {
        await SeedAsync();
        var other = Directory.CreateDirectory(Path.Combine(_root, "other")).FullName;
        KeyFile.LoadOrCreate(other, out _);
        var damaged = Path.Combine(_root, "damaged.db");
        var bytes = await File.ReadAllBytesAsync(Backup, TestContext.Current.CancellationToken);
        bytes.AsSpan(8 * 4096, 6 * 4096).Fill(7);
        await File.WriteAllBytesAsync(damaged, bytes, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_root, "text.db"), "not a database", TestContext.Current.CancellationToken);
        var newer = Path.Combine(_root, "newer.db");
        File.Copy(Backup, newer);
        Execute("INSERT INTO schema_migrations (name, applied_at) VALUES ('sqlite/9999_later.sql', 0)", newer);
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        var untouched = Snapshot();

        (string Folder, string[] More, string Says)[] faults =
        [
            (Folder, ["--from", Backup], "--replace"),
            (Folder, ["--from", damaged, "--replace"], "damaged.db"),
            (Folder, ["--from", Path.Combine(_root, "text.db"), "--replace"], "is not a sound database"),
            (Folder, ["--from", newer, "--replace"], "9999_later"),
            (Folder, ["--from", Path.Combine(_root, "nothing.db"), "--replace"], "There is no file"),
            (other, ["--from", Backup], "fingerprint is another key"),
            (Path.Combine(_root, "empty"), ["--from", Backup], "There is no key file"),
        ];
        foreach (var (folder, more, says) in faults)
        {
            Assert.Contains(says, await HostCommand.RefusedAsync(folder, ["restore", .. more]), StringComparison.Ordinal);
        }

        Assert.Equal(untouched, Snapshot());
        Assert.False(File.Exists(Path.Combine(other, "fulfilment.db")));
        await using var host = await StartAsync();
        Assert.Contains("Stop it first", await HostCommand.RefusedAsync(Folder, "restore", "--from", Backup, "--replace"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledRestore_LeavesTheOldOrTheWhole()
    {
        var (key, _, _) = await SeedAsync(stock: 20_000);
        var random = new Random(5);
        for (var i = 0; i < 4; i++)
        {
            using (var restore = HostCommand.Start(Folder, "restore", "--from", Backup, "--replace"))
            {
                var begun = Stopwatch.StartNew();
                while (!restore.HasExited && !Directory.EnumerateDirectories(Folder, ".restoring-*").Any())
                {
                    Assert.True(begun.Elapsed < TimeSpan.FromSeconds(60));
                    await Task.Delay(1, TestContext.Current.CancellationToken);
                }

                await Task.Delay(random.Next(0, 1_500), TestContext.Current.CancellationToken);
                restore.Kill();
                await restore.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            // Whichever of the two it is, it is sound and says which; the leases of the copy went with it.
            Assert.Equal("ok", Query<string>(Database, "PRAGMA integrity_check").Single());
            var states = Query<long>(Database, "SELECT DISTINCT restored_at IS NOT NULL FROM batches");
            Assert.Single(states);
        }

        await HostCommand.DoAsync(Folder, "restore", "--from", Backup, "--replace");
        Assert.Empty(Directory.EnumerateDirectories(Folder, ".restoring-*"));
        await EngineChecks.AssertSoundAsync(Folder);
        await using var host = await StartAsync();
        using var refused = await host.PostAsync("/v1/orders", key, Order("after"));
        await refused.AssertProblemAsync(HttpStatusCode.Conflict, "out_of_stock");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // A shop with a sale, a held order and a backup of both; the host is stopped.
    private async Task<(string Key, string HeldKey, string Batch)> SeedAsync(int stock = 10)
    {
        Directory.CreateDirectory(Folder);
        await using var host = await StartAsync();
        await host.SkuAsync("VIP");
        var key = await host.ShopAsync();
        await host.StorefrontAsync("held", more: ""","holdAbove":"1.00" """);
        var heldKey = await host.KeyAsync("storefront:held");
        using var imported = await host.ImportAsync("VIP", Enumerable.Range(0, stock).Select(i => $"CODE{i:D6}"));
        var batch = (await imported.JsonAsync()).GetProperty("id").GetString()!;
        await BuyAsync(host, key, "before-the-backup");
        using var held = await host.PostAsync("/v1/orders", heldKey, Order("held"));
        Assert.Equal(HttpStatusCode.Accepted, held.StatusCode);
        await HostCommand.DoAsync(Folder, "backup", "--to", Backup);
        return (key, heldKey, batch);
    }

    private Task<TestHost> StartAsync() => TestHost.StartAsync(new TestHostOptions { Folder = Folder });

    private static string Order(string reference) => $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"VIP","quantity":1}]}""";

    private static async Task<string> BuyAsync(TestHost host, string key, string reference)
    {
        using var answer = await host.PostAsync("/v1/orders?include=codes", key, Order(reference));
        var order = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, order.ToString());
        return order.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("code").GetProperty("secret").GetString()!;
    }

    private static async Task ReleaseByApiAsync(TestHost host, string batch)
    {
        using var shown = await host.GetAsync($"/v1/admin/batches/{batch}/evidence", TestHost.OperatorKey);
        var token = (await shown.JsonAsync()).GetProperty("evidence").GetString();
        using (var blind = await host.PostAsync($"/v1/admin/batches/{batch}/release", TestHost.OperatorKey, """{"reason":"r","evidence":"0123"}"""))
        {
            await blind.AssertProblemAsync(HttpStatusCode.Conflict, "evidence_outdated", "/evidence");
        }

        using (var mute = await host.PostAsync($"/v1/admin/batches/{batch}/release", TestHost.OperatorKey, $$"""{"evidence":"{{token}}"}"""))
        {
            await mute.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", "/reason");
        }

        using var released = await host.PostAsync($"/v1/admin/batches/{batch}/release", TestHost.OperatorKey, $$"""{"reason":"r","evidence":"{{token}}"}""");
        Assert.True(released.StatusCode == HttpStatusCode.OK, (await released.JsonAsync()).ToString());
    }

    // Everything but what SQLite and the lock leave behind by being opened.
    private string Snapshot() => string.Join('\n', Directory.EnumerateFileSystemEntries(Folder).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        .Select(path => $"{Path.GetFileName(path)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}"));

    private static List<T> Query<T>(string file, string sql)
    {
        using var database = new SqliteConnection($"Data Source={file};Mode=ReadWrite;Pooling=False");
        return database.Query<T>(sql).AsList();
    }

    private void Execute(string sql, string? file = null)
    {
        using var database = new SqliteConnection($"Data Source={file ?? Database};Pooling=False");
        database.Execute(sql);
    }
}
