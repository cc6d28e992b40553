using System.Net;
using Dapper;
using Fulfilment.Host.Tests.Durability;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>
/// Two hosts as processes of their own that share a storage folder, with a storefront and a SKU in stock. Only for tests: SQLite is for one host, and
/// serves here to show that two of them keep the promises.
/// </summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    public const string Sku = "VIP";

    private readonly string[] _settings;

    private TwoNodes(string folder, string[] settings) => (Folder, _settings) = (folder, settings);

    public string Folder { get; }

    public HostProcess A { get; private set; } = null!;

    public HostProcess B { get; private set; } = null!;

    public IReadOnlyList<HostProcess> Hosts => [A, B];

    /// <summary>A key of the storefront.</summary>
    public string Key { get; private set; } = null!;

    /// <param name="stock">Card keys of the SKU.</param>
    /// <param name="settings">Beside those of the arrangement, as <c>Name:Sub=value</c>.</param>
    public static async Task<TwoNodes> StartAsync(int stock, params string[] settings)
    {
        var nodes = new TwoNodes(Directory.CreateTempSubdirectory("fulfilment-nodes-").FullName, settings);
        try
        {
            // The first one makes the tables and the keys.
            nodes.A = await nodes.StartHostAsync();
            var second = nodes.StartHostAsync();
            await nodes.A.SkuAsync(Sku, more: ""","maxPerOrder":5000""");
            nodes.Key = await nodes.A.ShopAsync();
            using var imported = await nodes.A.ImportAsync(Sku, Enumerable.Range(0, stock).Select(i => $"NODES-{i:D6}"));
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
            nodes.B = await second;
            await Patience.UntilAsync(async () => (await nodes.B.GetAsync("/v1/skus", nodes.Key)).StatusCode == HttpStatusCode.OK);
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public Task<HostProcess> StartHostAsync() => HostProcess.StartAsync(Folder, _settings);

    /// <summary>Asks the database beside the hosts.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, object? parameters = null)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(Folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        return await database.ExecuteScalarAsync<T>(sql, parameters);
    }

    /// <summary>Stops both hosts; custody chains, stock and ledger are then sound by a recount.</summary>
    public async Task AssertSoundAsync(string seed)
    {
        foreach (var host in Hosts)
        {
            Assert.Equal(0, await host.TerminateAsync());
        }

        Assert.Equal("ok", await ScalarAsync<string>("PRAGMA integrity_check"));
        await EngineChecks.AssertSoundAsync(Folder, seed);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Hosts.OfType<HostProcess>())
        {
            await host.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
