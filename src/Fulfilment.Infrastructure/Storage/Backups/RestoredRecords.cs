using System.Globalization;
using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage.Backups;

/// <summary>
/// What a restored database must be told before anybody uses it: it does not know what happened after the backup. Runs on the copy, before it is
/// put in its place.
/// </summary>
public sealed class RestoredRecords(IDatabase database, IdGenerator ids, TimeProvider time)
{
    private const int RowsAtOnce = 2_000;

    // A storefront orders events by version, and may have heard of later versions than the backup knows.
    private const int VersionGap = 1_000;

    private const string MayBeSold = """
        completed_at IS NULL
        OR (SELECT coalesce(sum(s.available + s.reserved + s.frozen), 0) FROM batch_stock AS s WHERE s.batch_id = batches.id) > 0
        """;

    // Every process compares its snapshot with the counter, and none has ever seen one so far on.
    private const int CounterGap = 1_000_000;

    /// <summary>
    /// Takes every batch that has codes to sell, or may get some, out of sale until somebody releases it: any of them may have been sold since.
    /// Unfinished uploads may go on at once.
    /// </summary>
    /// <returns>How many batches.</returns>
    public Task<int> FreezeBatchesAsync(DateTimeOffset backupTakenAt, Actor actor) => database.WriteAsync(async connection =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var batches = (await connection.QueryAsync<(long Id, long Frozen)>($"SELECT id, frozen FROM batches WHERE {MayBeSold}").ConfigureAwait(false)).AsList();

        // One that waits from an earlier restore was frozen by that one, and is as it was before it.
        await connection.ExecuteAsync($"""
            UPDATE batches SET restored_frozen = CASE WHEN restored_at IS NULL THEN frozen ELSE restored_frozen END,
                frozen = 1, restored_at = @now, importer = 0, importing_until = 0
            WHERE {MayBeSold}
            """, new { now }).ConfigureAwait(false);
        await Redis.RedisKeySpace.ForgetAsync(connection).ConfigureAwait(false);
        await SetAsync(connection, "restored-at", now).ConfigureAwait(false);
        await SetAsync(connection, "restored-backup-at", backupTakenAt.ToUnixTimeMilliseconds()).ConfigureAwait(false);
        await connection.ExecuteAsync("UPDATE change_counters SET value = value + @CounterGap", new { CounterGap }).ConfigureAwait(false);
        foreach (var (id, frozen) in batches)
        {
            await AuditStore.AppendAsync(connection, new AuditEntry(
                ids.Next(), actor, "batch.frozenByRestore", $"batch:{PublicId.Format(PublicId.Batch, id)}",
                StorageJson.Write(new { Frozen = frozen != 0 }), StorageJson.Write(new { Frozen = true, BackupTakenAt = backupTakenAt }))).ConfigureAwait(false);
        }

        await AuditStore.AppendAsync(connection, new AuditEntry(
            ids.Next(), actor, "storage.restored", "storage", null, StorageJson.Write(new { BackupTakenAt = backupTakenAt, Batches = batches.Count }))).ConfigureAwait(false);
        return batches.Count;
    });

    /// <summary>Makes every held order due, so that the ordinary use case calls it off: it may have been released, and its codes sold, after the backup.</summary>
    public Task<int> EndHoldsAsync() => database.WriteAsync(connection => connection.ExecuteAsync(
        "UPDATE orders SET due_at = @now, version = version + @VersionGap WHERE status = @held",
        new { now = time.GetUtcNow().ToUnixTimeMilliseconds(), VersionGap, held = OrderStatus.Held }));

    /// <summary>
    /// Marks every unit that may have been submitted after the backup, under a number that nobody here knows: it is not submitted again, but goes to a person.
    /// What was submitted before is asked for as usual; what waits for a person may have been delivered by one, so its storefront cannot call it off,
    /// and what had failed may have been sent round its routes again. The orders' next events must come after those that the storefronts have heard.
    /// </summary>
    /// <returns>How many units are open.</returns>
    public Task<int> KeepUnitsFromSuppliersAsync() => database.WriteAsync(async connection =>
    {
        await connection.ExecuteAsync(
            "UPDATE orders SET version = version + @VersionGap WHERE status = @processing", new { VersionGap, processing = OrderStatus.Processing }).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "UPDATE units SET by_hand = 1 WHERE state = @failed AND order_id IN (SELECT id FROM orders WHERE status = @processing)",
            new { failed = UnitState.Failed, processing = OrderStatus.Processing }).ConfigureAwait(false);
        return await connection.ExecuteAsync(
            "UPDATE units SET by_hand = 1 WHERE state IN (@pending, @processing, @manual, @unknown)",
            new { pending = UnitState.Pending, processing = UnitState.Processing, manual = UnitState.Manual, unknown = UnitState.Unknown }).ConfigureAwait(false);
    });

    /// <summary>
    /// Lets every delivered code count as shown: it may have been after the backup, and a code that somebody knows must not be given back as unseen.
    /// </summary>
    public async Task CountCodesAsShownAsync()
    {
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (long? after = 0; after is not null;)
        {
            var from = after.Value;
            after = await database.WriteAsync(async connection =>
            {
                var through = await connection.ExecuteScalarAsync<long?>(
                    $"SELECT max(id) FROM (SELECT id FROM orders WHERE id > @from ORDER BY id {database.Dialect.Limit("@RowsAtOnce")}) AS piece", new { from, RowsAtOnce }).ConfigureAwait(false);
                await connection.ExecuteAsync(
                    "UPDATE units SET revealed_at = @at WHERE order_id > @from AND order_id <= @through AND state = @delivered AND revealed_at IS NULL",
                    new { at, from, through, delivered = UnitState.Delivered }).ConfigureAwait(false);
                return through;
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Gives every event a new id, in the same order: a storefront takes an id it has seen for a repeat, and ids given out after the backup must not come again.</summary>
    public async Task RenewEventsAsync()
    {
        var last = ids.Next();
        while (await database.WriteAsync(async connection =>
        {
            var old = (await connection.QueryAsync<long>($"SELECT id FROM outbox WHERE id < @last ORDER BY id {database.Dialect.Limit("@RowsAtOnce")}", new { last, RowsAtOnce }).ConfigureAwait(false)).AsList();
            var renewed = old.ConvertAll(id => new { id, renewed = ids.Next() });
            await connection.ExecuteAsync("UPDATE outbox SET id = @renewed WHERE id = @id", renewed).ConfigureAwait(false);

            // By the key's first column too: there is no index by event alone.
            await connection.ExecuteAsync(
                "UPDATE webhook_deliveries SET event_id = @renewed WHERE endpoint_id IN (SELECT id FROM webhook_endpoints) AND event_id = @id", renewed).ConfigureAwait(false);
            return old.Count;
        }).ConfigureAwait(false) == RowsAtOnce)
        {
        }
    }

    private static async Task SetAsync(System.Data.Common.DbConnection connection, string name, long value)
    {
        await connection.ExecuteAsync("DELETE FROM settings WHERE name = @name", new { name }).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "INSERT INTO settings (name, value) VALUES (@name, @value)", new { name, value = value.ToString(CultureInfo.InvariantCulture) }).ConfigureAwait(false);
    }
}
