using System.Net;
using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>The stores of the catalogue on a file of their own, with the use cases on top.</summary>
public sealed class CatalogueFixture : IDisposable
{
    public static readonly Actor Operator = new("operator:li", IPAddress.Parse("203.0.113.9"));

    private readonly TestDatabase _database;

    private CatalogueFixture(TestDatabase database, TimeProvider time)
    {
        _database = database;
        Ids = new IdGenerator(time);
        Ids.Use(new NodeLease(1, 0, long.MaxValue, long.MaxValue));
        Time = time;
        Cache = new CatalogueCache(database.Database);
        Skus = new SkuStore(database.Database, Ids);
        Storefronts = new StorefrontStore(database.Database, Ids);
        Keys = new ApiKeyStore(database.Database, Ids);
        Wallets = new WalletStore(database.Database, Ids);
        Audit = new AuditStore(database.Database);
    }

    public TestDatabase Data => _database;

    public TimeProvider Time { get; }

    public IdGenerator Ids { get; }

    public CatalogueCache Cache { get; }

    public SkuStore Skus { get; }

    public StorefrontStore Storefronts { get; }

    public ApiKeyStore Keys { get; }

    public WalletStore Wallets { get; }

    public AuditStore Audit { get; }

    public CreateSku CreateSku => new(Skus, Cache, Ids, Time);

    public UpdateSku UpdateSku => new(Skus, Cache, Time);

    public CreateStorefront CreateStorefront => new(Storefronts, Cache, Ids, Time);

    public UpdateStorefront UpdateStorefront => new(Storefronts, Cache, Time);

    public IssueKey IssueKey => new(Keys, Cache, Ids, new SystemRandomBytes(), Time);

    public RotateKey RotateKey => new(Keys, Cache, Ids, new SystemRandomBytes(), Time);

    public RevokeKey RevokeKey => new(Keys, Cache, Time);

    public RecordDeposit RecordDeposit => new(Wallets, Ids);

    public static async Task<CatalogueFixture> CreateAsync(TimeProvider? time = null) => new(await TestDatabase.CreateAsync(), time ?? TimeProvider.System);

    public static SkuFields Sku(string code = "VIDEO-VIP-1M") => new() { Code = code, Name = "会员", Currency = "CNY", Price = new Core.Money(125_000) };

    /// <summary>The storefront of this code, which is made if it is not there.</summary>
    public async Task<Storefront> StorefrontAsync(string code = "shop-1", Settlement settlement = Settlement.Postpaid)
    {
        await CreateStorefront.RunAsync(new StorefrontFields { Code = code, Name = code, Settlement = settlement }, Operator);
        return Cache.Current.FindStorefront(code)!;
    }

    public async Task<IReadOnlyList<AuditEntry>> AuditOfAsync(string subject) => await Audit.ListAsync(new AuditQuery(long.MaxValue, 100) { Subject = subject }, TestContext.Current.CancellationToken);

    public async Task<long> VersionAsync() => await _database.ScalarAsync<long>("SELECT value FROM change_counters WHERE name = 'catalogue'");

    /// <summary>Runs the same thing on many threads that start together.</summary>
    public static async Task<T[]> AtOnceAsync<T>(int times, Func<int, Task<T>> run)
    {
        using var gate = new SemaphoreSlim(0);
        var tasks = Enumerable.Range(0, times).Select(i => Task.Run(async () =>
        {
            await gate.WaitAsync(TestContext.Current.CancellationToken);
            return await run(i);
        })).ToArray();
        gate.Release(times);
        return await Task.WhenAll(tasks);
    }

    public async Task<long> CountAsync(string table) =>
        await _database.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {table}"));

    public void Dispose()
    {
        Cache.Dispose();
        _database.Dispose();
    }
}
