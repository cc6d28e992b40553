using System.Text;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.CardKeys;

/// <summary>A real import onto a real file: two SKUs, windows of twelve rows in slices of four, a clock that stands still, in 2026.</summary>
internal sealed class ImportBench : IDisposable
{
    public const int SliceRows = 4, WindowRows = 12;

    private readonly TestDatabase _database;
    private readonly CatalogueSnapshot _catalogue;
    private readonly KeyRing _keys = KeyRing.Create();
    private int _nodes;

    private ImportBench(TestDatabase database, ManualTimeProvider time)
    {
        (_database, Time) = (database, time);
        Sku Sku(long id, string code, SkuKind kind, RouteSource source) => new()
        {
            Id = id, Code = code, Name = code, Kind = kind, Currency = "CNY", Price = new Money(100_000), UpdatedAt = time.GetUtcNow(), Routes = [new Route(source)],
        };
        _catalogue = new CatalogueSnapshot(
            1, [Sku(1, "ONE", SkuKind.CardKey, RouteSource.Pool), Sku(2, "TWO", SkuKind.CardKey, RouteSource.Pool), Sku(3, "HAND", SkuKind.Manual, RouteSource.Manual)], [], []);
    }

    public ManualTimeProvider Time { get; }

    public string Folder => _database.Folder;

    /// <summary>The database as another process sees it.</summary>
    public IDatabase OpenAnother() => _database.OpenAnother();

    public ICatalogue Catalogue => new FixedCatalogue(_catalogue);

    public ResetPool Pool { get; } = new();

    public CodeProtection Protection { get; private set; } = null!;

    public static async Task<ImportBench> CreateAsync()
    {
        var bench = new ImportBench(await TestDatabase.CreateAsync(), new ManualTimeProvider(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero)));
        bench.Protection = new CodeProtection(bench._keys);
        foreach (var id in (long[])[1, 2, 3])
        {
            await bench._database.ExecuteAsync(
                """
                INSERT INTO skus (id, code, name, kind, currency, price, min_per_order, max_per_order, recipient_mode, inputs, min_remaining_days, hold_minutes, on_shelf, routes, updated_at)
                VALUES (@id, @code, 'Test', 1, 'CNY', 100000, 1, 100, 1, '[]', 0, 15, 1, '[]', 0)
                """,
                new { id, code = $"S{id}" });
        }

        return bench;
    }

    /// <summary>A use case on the bench's database, or on another process's connection to it.</summary>
    public ImportBatch Process(IDatabase? database = null, int slicesUntilFailure = int.MaxValue)
    {
        database ??= _database.Database;
        var ids = new IdGenerator(Time);
        // Given here and not leased: a server compares its own clock with the node's, and this one is the test's.
        ids.Use(new NodeLease(Interlocked.Increment(ref _nodes), 0, Time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        return new ImportBatch(
            new FixedCatalogue(_catalogue),
            new FailingBatchStore(_database.BatchStore(database), slicesUntilFailure),
            new InventoryReader(database),
            Protection,
            Pool,
            ids,
            new BusinessCalendar(Time, TimeZoneInfo.Utc),
            Time,
            new ImportOptions { SliceRows = SliceRows, WindowRows = WindowRows });
    }

    public async Task<Result<ImportedBatch>> ImportAsync(string csv, string key = "key", string sku = "ONE", ImportBatchCommand? command = null) =>
        await ImportAsync(Process(), new MemoryStream(Encoding.UTF8.GetBytes(csv)), key, sku, command);

    public static async Task<Result<ImportedBatch>> ImportAsync(
        ImportBatch import, Stream csv, string key = "key", string sku = "ONE", ImportBatchCommand? command = null)
    {
        await using var rows = new CsvRowReader(csv);
        command ??= new ImportBatchCommand { Owner = "operator:li", IdempotencyKey = key, Sku = sku, UnitCost = new Money(25_000) };
        return await import.RunAsync(command, rows, null, TestContext.Current.CancellationToken);
    }

    public Task<long> CountAsync(string sql) => _database.ScalarAsync<long>(sql);

    public Task<T?> ScalarAsync<T>(string sql) => _database.ScalarAsync<T>(sql);

    public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    public async Task<IReadOnlyList<string>> RejectedAsync(Batch batch)
    {
        var rows = await new InventoryReader(_database.Database).RejectedRowsAsync(batch.Id, 0, 1_000, TestContext.Current.CancellationToken);
        return [.. rows.Select(row => $"{row.Line} {row.Reason.Code}")];
    }

    /// <summary>Counts, rows, stock and money of the only batch agree with each other.</summary>
    public async Task<Batch> AssertExactAsync(string key = "key")
    {
        var batch = (await new InventoryReader(_database.Database).FindAsync("operator:li", key, TestContext.Current.CancellationToken))!;
        Assert.Equal(batch.Processed, batch.Accepted + batch.Duplicate + batch.Rejected);
        Assert.Equal(batch.Accepted, await CountAsync($"SELECT count(*) FROM card_keys WHERE batch_id = {batch.Id}"));
        Assert.Equal(batch.Accepted, await CountAsync($"SELECT count(*) FROM card_keys JOIN code_fingerprints ON card_key_id = id WHERE batch_id = {batch.Id}"));
        Assert.Equal(batch.Duplicate + batch.Rejected, await CountAsync($"SELECT count(*) FROM batch_errors WHERE batch_id = {batch.Id}"));
        Assert.Equal(batch.Accepted, await CountAsync($"SELECT coalesce(sum(available), 0) FROM batch_stock WHERE batch_id = {batch.Id}"));
        Assert.Equal(
            batch.Accepted * batch.Details.UnitCost.TenThousandths,
            await CountAsync($"SELECT coalesce(sum(amount), 0) FROM transfers WHERE kind = 3 AND debit_account = 5 AND debit_subject = {batch.Id} AND credit_account = 6 AND credit_subject = {batch.Id}"));
        return batch;
    }

    public void Dispose()
    {
        Protection.Dispose();
        _database.Dispose();
    }

    private sealed class FixedCatalogue(CatalogueSnapshot snapshot) : ICatalogue
    {
        public CatalogueSnapshot Current => snapshot;

        public Task RefreshAsync(CancellationToken cancellation = default) => Task.CompletedTask;
    }

    internal sealed class ResetPool : ICardKeyPool
    {
        public List<long> Resets { get; } = [];

        public ValueTask TakeAsync(IReadOnlyList<KeyNeed> needs, CancellationToken cancellation) => default;

        public void Return(long skuId, IReadOnlyCollection<long> ids)
        {
        }

        public void ReportTaken(long skuId, IReadOnlyCollection<long> ids)
        {
        }

        public void ReportDrift(long skuId, int count)
        {
        }

        public void Reset(long skuId)
        {
            lock (Resets)
            {
                Resets.Add(skuId);
            }
        }

        public void Finish(IReadOnlyList<KeyNeed> needs)
        {
        }
    }
}
