using Dapper;
using Fulfilment.Host.Tests.Durability;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Vault;

/// <summary>What a backup does not know of units that were submitted after it.</summary>
public sealed class RestoredUnitsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fulfilment-restore-").FullName;

    private string Folder => Path.Combine(_root, "data");

    [Fact]
    public async Task UnitThatWaitsInTheBackup_IsMarked_AndItsOrdersNextEventComesAfterAllThatWereSent()
    {
        Directory.CreateDirectory(Folder);
        var backup = Path.Combine(_root, "backup.db");
        await using (var host = await TestHost.StartAsync(new TestHostOptions { Folder = Folder, Settings = new() { ["Host:Roles"] = "Api" } }))
        {
            await host.CreateAsync("/v1/admin/skus", """
                {"code":"TOPUP","name":"TOPUP","kind":"topUp","currency":"CNY","price":"1.00","routes":[{"source":"supplier","supplier":"acme","supplierSku":"A"}]}
                """);
            await host.SkuAsync("VIP");
            await host.ImportAsync("VIP", ["CODE1"]);
            var key = await host.ShopAsync();
            using var placed = await host.PostAsync("/v1/orders", key, """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"VIP","quantity":1},{"sku":"TOPUP","quantity":2,"recipient":"x"}]}""");
            Assert.Equal(System.Net.HttpStatusCode.Accepted, placed.StatusCode);
            await HostCommand.DoAsync(Folder, "backup", "--to", backup);
        }

        var printed = await HostCommand.DoAsync(Folder, "restore", "--from", backup, "--replace");

        Assert.Contains("2 units wait for suppliers and are not submitted again", printed, StringComparison.Ordinal);
        using var database = new SqliteConnection($"Data Source={Path.Combine(Folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        Assert.Equal(2, await database.ExecuteScalarAsync<long>("SELECT count(*) FROM units WHERE state = 10 AND by_hand = 1"));
        Assert.Equal(1_001, await database.ExecuteScalarAsync<long>("SELECT version FROM orders"));
        await EngineChecks.AssertSoundAsync(Folder);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
