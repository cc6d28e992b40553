using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IBatchLifeStore"/>
public sealed class BatchLifeStore(IDatabase database) : IBatchLifeStore
{
    /// <summary>Served by batches_withdrawn: 21 rejected, 22 recalled. Few rows, whatever the number of batches.</summary>
    internal const string Withdrawn = """
        SELECT id, unsold
        FROM (
            SELECT b.id, (SELECT coalesce(sum(s.available + s.frozen), 0) FROM batch_stock AS s WHERE s.batch_id = b.id) AS unsold
            FROM batches AS b
            WHERE b.status IN (21, 22)
        ) AS withdrawn
        WHERE unsold > 0
        ORDER BY id
        """;

    /// <summary>Walks the table by its key from the batch on: keys have no index by batch, which imports would have to write. 10 available, 12 frozen.</summary>
    internal static string Unsold(SqlDialect dialect) => $"""
        SELECT id FROM card_keys WHERE id > @after AND batch_id = @batchId AND state IN (10, 12) ORDER BY id {dialect.Limit("@limit")}
        """;

    // Exact, where the time of completion is not: ids run ahead of a clock that was set back. The last of the batch's keys is behind all others of it.
    private static string LastKey(SqlDialect dialect) => $"""
        SELECT id FROM card_keys WHERE id > @batchId AND batch_id = @batchId ORDER BY id {dialect.RowBehind("@others")}
        """;

    // 13 delivered.
    private static string Sold(SqlDialect dialect) => $"""
        SELECT {SoldKeyRow.Columns}
        FROM card_keys k
        {dialect.JoinInOrder} units u ON u.card_key_id = k.id
        {dialect.JoinInOrder} orders o ON o.id = u.order_id
        WHERE k.id > @batchId AND k.id <= @last AND k.batch_id = @batchId AND k.state = 13
        ORDER BY k.id DESC
        {dialect.Limit("@limit")}
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
            if (after.Status == BatchStatus.Recalled && before.Status != BatchStatus.Recalled)
            {
                // The audit entry's number is nobody else's in the outbox.
                await StorefrontEvents.AddAsync(connection, audit.Id, after, WebhookEvent.BatchRecalled).ConfigureAwait(false);
            }

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
            new CommandDefinition(Unsold(database.Dialect), new { batchId, after, limit }, cancellationToken: cancellation)).ConfigureAwait(false)).AsList(),
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

                last = await connection.ExecuteScalarAsync<long>(LastKey(database.Dialect), new { batchId, others = accepted - 1 }).ConfigureAwait(false);
            }

            var rows = await connection.QueryAsync<SoldKeyRow>(new CommandDefinition(Sold(database.Dialect), new { batchId, last, limit }, cancellationToken: cancellation)).ConfigureAwait(false);
            return [.. rows.Select(row => row.ToKey())];
        },
        cancellation);
}
