using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IBatchLifeStore"/>
public sealed class BatchLifeStore(IDatabase database) : IBatchLifeStore
{
    /// <summary>Served by batches_withdrawn: 21 rejected, 22 recalled. Few rows, whatever the number of batches.</summary>
    internal const string Withdrawn = """
        SELECT id, (SELECT coalesce(sum(s.available + s.frozen), 0) FROM batch_stock s WHERE s.batch_id = batches.id) AS unsold
        FROM batches
        WHERE status IN (21, 22) AND unsold > 0
        ORDER BY id
        """;

    /// <summary>Walks the table by its key from the batch on: keys have no index by batch, which imports would have to write. 10 available, 12 frozen.</summary>
    internal const string Unsold = """
        SELECT id FROM card_keys WHERE id > @after AND batch_id = @batchId AND state IN (10, 12) ORDER BY id LIMIT @limit
        """;

    // Exact, where the time of completion is not: ids run ahead of a clock that was set back. The batch has @accepted keys, and the last of them is wanted.
    private const string LastKey = """
        SELECT id FROM card_keys WHERE id > @batchId AND batch_id = @batchId ORDER BY id LIMIT 1 OFFSET @accepted - 1
        """;

    // 13 delivered.
    private const string Sold = $"""
        SELECT {SoldKeyRow.Columns}
        FROM card_keys k
        CROSS JOIN units u ON u.card_key_id = k.id
        CROSS JOIN orders o ON o.id = u.order_id
        WHERE k.id > @batchId AND k.id <= @last AND k.batch_id = @batchId AND k.state = 13
        ORDER BY k.id DESC
        LIMIT @limit
        """;

    /// <inheritdoc/>
    public Task<Result<Batch>> ChangeAsync(long batchId, Func<Batch, BatchChange> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return database.WriteAsync(async connection =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<BatchRow>($"SELECT {BatchRow.Columns} FROM batches WHERE id = @batchId", new { batchId }).ConfigureAwait(false);
            if (row?.ToBatch() is not { } before)
            {
                return new Refusal(RefusalCode.NotFound);
            }

            var change = decide(before);
            if (change.Audit is not { } audit)
            {
                return change.Batch;
            }

            // An upload that goes on finds its next slice refused by the status.
            var after = change.Batch.Value;
            var changed = await connection.ExecuteAsync(
                "UPDATE batches SET status = @status, frozen = @frozen WHERE id = @batchId AND status = @statusBefore AND frozen = @frozenBefore",
                new { batchId, status = after.Status, frozen = after.Frozen, statusBefore = before.Status, frozenBefore = before.Frozen }).ConfigureAwait(false);
            if (changed != 1)
            {
                throw new InvalidOperationException($"Batch {batchId} changed between a look and its update, inside one transaction.");
            }

            await AuditStore.AppendAsync(connection, audit).ConfigureAwait(false);
            await connection.ExecuteAsync("UPDATE change_counters SET value = value + 1 WHERE name = 'stock'").ConfigureAwait(false);
            return change.Batch;
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<WithdrawnBatch>> WithdrawnAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<WithdrawnBatch>>(
        async connection =>
        [
            .. (await connection.QueryAsync<(long Id, long Unsold)>(new CommandDefinition(Withdrawn, cancellationToken: cancellation)).ConfigureAwait(false))
                .Select(row => new WithdrawnBatch(row.Id, row.Unsold)),
        ],
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> UnsoldKeysAsync(long batchId, long after, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<long>>(
        async connection => (await connection.QueryAsync<long>(
            new CommandDefinition(Unsold, new { batchId, after, limit }, cancellationToken: cancellation)).ConfigureAwait(false)).AsList(),
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SoldKey>> SoldKeysAsync(long batchId, long before, int limit, CancellationToken cancellation) => database.ReadSnapshotAsync<IReadOnlyList<SoldKey>>(
        async connection =>
        {
            var last = before - 1;
            if (before == long.MaxValue)
            {
                var accepted = await connection.ExecuteScalarAsync<long>("SELECT accepted FROM batches WHERE id = @batchId", new { batchId }).ConfigureAwait(false);
                if (accepted == 0)
                {
                    return [];
                }

                last = await connection.ExecuteScalarAsync<long>(LastKey, new { batchId, accepted }).ConfigureAwait(false);
            }

            var rows = await connection.QueryAsync<SoldKeyRow>(new CommandDefinition(Sold, new { batchId, last, limit }, cancellationToken: cancellation)).ConfigureAwait(false);
            return [.. rows.Select(row => row.ToKey())];
        },
        cancellation);
}
