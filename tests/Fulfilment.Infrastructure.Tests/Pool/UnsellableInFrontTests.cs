using System.Data.Common;
using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests.Orders;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Pool;

/// <summary>
/// Batches that do not sell stand in front of one that does, with 50,000 keys each. Counted are the steps of SQLite's machine, of which a row that is walked
/// over costs several: whoever walks over one of the batches takes a hundred times as many as are allowed here.
/// </summary>
public sealed class UnsellableInFrontTests
{
    private const int InFront = 50_000;
    private const int StepsPerCount = 100;
    private const int MostSteps = 5_000;

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task ClaimFromTheTable_PassesThem()
    {
        await using var engine = await WithBatchesAsync();
        var (steps, keys) = await engine.Storage.Sqlite.RunAsync(
            connection =>
            {
                using var claims = new SqliteCardKeyClaims(connection);
                var sku = engine.Catalogue.FindSku("VIP")!;
                var part = new PartClaim(new DraftPart(sku, [1, 2, 3], sku.Price, engine.Calendar.Today));
                var steps = Count(connection, () => claims.TakeFromTable(part, CardKeyState.Delivered));
                return (steps, part.Keys.Select(key => key.Origin.BatchId).ToList());
            },
            WritePriority.Prompt);

        Assert.Equal(3, keys.Count);
        Assert.Single(keys.Distinct());
        Assert.InRange(steps, 0, MostSteps);
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task Window_PassesThem()
    {
        await using var engine = await WithBatchesAsync();
        var counting = new CountingDatabase(engine.Storage.Database);
        var window = new WindowKey[10];

        var read = await new CardKeyWindowReader(counting).ReadAsync(
            engine.Catalogue.FindSku("VIP")!.Id, WindowKey.Before(engine.Calendar.Today), window, TestContext.Current.CancellationToken);

        Assert.Equal(10, read);
        Assert.InRange(counting.Steps, 0, MostSteps);
    }

    [Fact]
    public async Task Window_GoesOnInTheMiddleOfABatch_AndSkipsBetweenTwo()
    {
        await using var engine = await StartAsync();
        var sku = await engine.AddSkuAsync();
        var expected = new List<long>();
        for (var i = 0; i < 7; i++)
        {
            var batch = await engine.AddBatchAsync(sku, 11, i % 3 == 0 ? new DateOnly(2027, 1, 1) : null);
            if (i % 2 == 1)
            {
                await engine.Storage.ExecuteAsync("UPDATE batches SET frozen = 1 WHERE id = @Id", new { batch.Id });
            }
        }

        expected.AddRange(await engine.Storage.Database.ReadAsync(
            connection => connection.QueryAsync<long>("SELECT k.id FROM card_keys k JOIN batches b ON b.id = k.batch_id WHERE b.frozen = 0 ORDER BY k.expires_on, k.batch_id, k.id"),
            TestContext.Current.CancellationToken));
        var reader = new CardKeyWindowReader(engine.Storage.Database);
        var (read, page, after) = (new List<long>(), new WindowKey[5], WindowKey.Before(0));
        while (await reader.ReadAsync(sku.Id, after, page, TestContext.Current.CancellationToken) is > 0 and var count)
        {
            read.AddRange(page.Take(count).Select(key => key.Id));
            after = page[count - 1];
        }

        Assert.Equal(44, expected.Count);
        Assert.Equal(expected, read);
    }

    private static async Task<OrderEngine> WithBatchesAsync()
    {
        var engine = await StartAsync();
        var sku = await engine.AddSkuAsync();
        foreach (var change in (string[])["frozen = 1", "status = 22", "status = 11"])
        {
            var batch = await engine.AddBatchAsync(sku, 1);
            await engine.Storage.ExecuteAsync($"UPDATE batches SET {change} WHERE id = @Id", new { batch.Id });
            await engine.Storage.ExecuteAsync("""
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @InFront)
                INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, code) SELECT @first + i, @sku, @Id, 10, 3652058, x'00', x'00' FROM n
                """, new { InFront, first = batch.Id * 1000 % 1_000_000_007 * 100_000, sku = sku.Id, batch.Id });
        }

        await engine.AddBatchAsync(sku, 20);
        return engine;
    }

    private static long Count(SqliteConnection connection, Action work)
    {
        var steps = 0L;
        raw.sqlite3_progress_handler(connection.Handle, StepsPerCount, _ =>
        {
            steps += StepsPerCount;
            return 0;
        }, null);
        work();
        raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
        return steps;
    }

    private sealed class CountingDatabase(IDatabase inner) : IDatabase
    {
        public SqlDialect Dialect => inner.Dialect;

        public long Steps { get; private set; }

        public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => inner.ReadAsync(
            connection =>
            {
                T result = default!;
                Steps += Count((SqliteConnection)connection, () => result = work(connection).GetAwaiter().GetResult());
                return Task.FromResult(result);
            },
            cancellation);

        public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => ReadAsync(work, cancellation);

        public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => inner.WriteAsync(work, priority);
    }
}
