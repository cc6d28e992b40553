using System.Data.Common;
using Dapper;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Pool;

/// <summary>Reads windows from the tables <c>card_keys</c> and <c>batches</c>.</summary>
public sealed class CardKeyWindowReader(IDatabase database) : ICardKeyWindowReader
{
    // Walks card_keys_fefo from the cursor on and sorts nothing. SQLite begins a comparison of several columns at those that are equal, whatever the
    // operator: as (expires_on, batch_id, id) > (@day, @batch, @id), or with > instead of the next batch's number, it would walk the cursor's batch once more.
    internal const string Read = """
        SELECT expires_on, batch_id, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND expires_on = @day AND batch_id = @batch AND id > @id
        UNION ALL
        SELECT expires_on, batch_id, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND (expires_on, batch_id) >= (@day, @nextBatch)
        ORDER BY expires_on, batch_id, id
        LIMIT @limit
        """;

    // What is left out is what the guard refuses; a key that one lets through and the other does not would be read and lost for ever.
    private const string Unsellable = $"SELECT id FROM batches WHERE sku_id = @sku AND NOT ({BatchRow.Sells})";

    /// <inheritdoc/>
    public Task<int> ReadAsync(long skuId, WindowKey after, Memory<WindowKey> destination, CancellationToken cancellation) =>
        database.ReadAsync(
            async connection =>
            {
                var unsellable = (await connection.QueryAsync<long>(
                    new CommandDefinition(Unsellable, new { sku = skuId }, cancellationToken: cancellation)).ConfigureAwait(false)).ToHashSet();
                var (count, from) = (0, after);
                WindowKey? blocked;
                do
                {
                    var parameters = new { sku = skuId, day = from.ExpiresOn, batch = from.BatchId, nextBatch = from.BatchId + 1, id = from.Id, limit = destination.Length - count };
                    var reader = await connection.ExecuteReaderAsync(new CommandDefinition(Read, parameters, cancellationToken: cancellation)).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        blocked = Copy(reader, unsellable, destination.Span, ref count);
                    }

                    // On behind the batch, however many keys of it there are.
                    from = (blocked ?? default) with { Id = long.MaxValue };
                }
                while (blocked is not null);
                return count;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<long> StockVersionAsync(CancellationToken cancellation) =>
        database.ReadAsync(
            connection => connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT value FROM change_counters WHERE name = 'stock'", cancellationToken: cancellation)),
            cancellation);

    // Row by row without objects: fifty thousand at a time, many times a minute. Stops at a key whose batch does not sell, and gives it.
    private static WindowKey? Copy(DbDataReader reader, HashSet<long> unsellable, Span<WindowKey> destination, ref int count)
    {
        while (count < destination.Length && reader.Read())
        {
            var key = new WindowKey(reader.GetInt32(0), reader.GetInt64(2), reader.GetInt64(1));
            if (unsellable.Contains(key.BatchId))
            {
                return key;
            }

            destination[count++] = key;
        }

        return null;
    }
}
