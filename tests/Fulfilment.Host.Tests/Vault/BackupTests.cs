using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Dapper;
using Fulfilment.Host.Tests.Durability;
using Fulfilment.Infrastructure.Security;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Vault;

/// <summary>A backup is of one moment, whatever is written meanwhile, and is there whole or not at all.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fulfilment-backup-").FullName;

    private string Folder => Path.Combine(_root, "data");

    [Fact]
    public async Task BackupsWhileOrdersArePlaced_AreSound_AndHoldEveryOrderAnsweredBefore()
    {
        await using var host = await HostProcess.StartAsync(Folder);
        await host.SkuAsync("VIP");
        var key = await host.ShopAsync();
        using (var imported = await host.ImportAsync("VIP", Enumerable.Range(0, 20_000).Select(i => $"C{i:D6}")))
        {
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        }

        using var stop = new CancellationTokenSource();
        var answered = new ConcurrentQueue<string>();
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(line => Task.Run(() => LoadAsync(host, key, line, answered, stop.Token))));
        for (var i = 0; i < 3; i++)
        {
            var (file, before) = (Path.Combine(_root, $"{i}.db"), answered.Count);
            await HostCommand.DoAsync(Folder, "backup", "--to", file);
            Assert.True(answered.Count > before, "Nothing was sold meanwhile.");
            var inBackup = Query<string>(file, "SELECT client_reference FROM orders").ToHashSet(StringComparer.Ordinal);
            Assert.All(answered.Take(before), reference => Assert.Contains(reference, inBackup));
        }

        await stop.CancelAsync();
        await load;
        Assert.Equal(["0.db", "1.db", "2.db", "data"], Directory.EnumerateFileSystemEntries(_root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(1, Query<long>(Path.Combine(Folder, "fulfilment.db"), "SELECT count(*) FROM settings WHERE name = 'last-backup-at'").Single());
        for (var i = 0; i < 3; i++)
        {
            var target = Directory.CreateDirectory(Path.Combine(_root, $"restored-{i}")).FullName;
            File.Copy(Path.Combine(Folder, KeyFile.Name), Path.Combine(target, KeyFile.Name));
            await HostCommand.DoAsync(target, "restore", "--from", Path.Combine(_root, $"{i}.db"));
            await EngineChecks.AssertSoundAsync(target);
        }
    }

    [Fact]
    public async Task Backup_OverwritesNothing_AndIsPrivate_AndNamesTheKeys()
    {
        await using (await TestHost.StartAsync(new TestHostOptions { Folder = Folder }))
        {
        }

        var file = Path.Combine(_root, "b.db");
        var printed = await HostCommand.DoAsync(Folder, "backup", "--to", file);
        Assert.Contains("keys.json", printed, StringComparison.Ordinal);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        Assert.Contains("never overwrites", await HostCommand.RefusedAsync(Folder, "backup", "--to", file), StringComparison.Ordinal);
        Assert.Contains("There is no folder", await HostCommand.RefusedAsync(Folder, "backup", "--to", Path.Combine(_root, "no", "b.db")), StringComparison.Ordinal);
        Assert.Contains("There is no database", await HostCommand.RefusedAsync(Path.Combine(_root, "empty"), "backup", "--to", file + "2"), StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(["b.db", "data"], Directory.EnumerateFileSystemEntries(_root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task HundredThousandKeys_AreBackedUpInSeconds()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Folder = Folder });
        await host.SkuAsync("VIP");
        using var imported = await host.ImportAsync("VIP", Enumerable.Range(0, 100_000).Select(i => $"C{i:D6}"));
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        var took = Stopwatch.StartNew();

        var printed = await HostCommand.DoAsync(Folder, "backup", "--to", Path.Combine(_root, "b.db"));

        // A whole process with its checks; on a busy machine, too.
        Assert.True(took.Elapsed < TimeSpan.FromSeconds(20), $"{took.Elapsed}");
        Assert.Contains("100,000 card keys", printed, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task LoadAsync(HostProcess host, string key, int line, ConcurrentQueue<string> answered, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var reference = $"{line}-{i}";
            using var answer = await host.PostAsync("/v1/orders", key, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"VIP","quantity":1}]}""");
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            answered.Enqueue(reference);
        }
    }

    private static List<T> Query<T>(string file, string sql)
    {
        using var database = new SqliteConnection($"Data Source={file};Mode=ReadWrite;Pooling=False");
        return database.Query<T>(sql).AsList();
    }
}
