using System.Data.Common;
using Dapper;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Pool;

/// <summary>Reads windows from the tables <c>card_keys</c> and <c>batches</c>.</summary>
public sealed class CardKeyWindowReader(IDatabase database) : ICardKeyWindowReader
{
    // Walks card_keys_fefo from the cursor on and sorts nothing: the rest of the cursor's batch, of its day, and of all. As one comparison of the three columns
    // it would walk the cursor's batch, or its day, once more.
    internal static string Read(SqlDialect dialect) => $"""
        SELECT expires_on, batch_id, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND expires_on = @day AND batch_id = @batch AND id > @id
        UNION ALL
        SELECT expires_on, batch_id, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND expires_on = @day AND batch_id > @batch
        UNION ALL
        SELECT expires_on, batch_id, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND expires_on > @day
        ORDER BY expires_on, batch_id, id
        {dialect.Limit("@limit")}
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
                    var parameters = new { sku = skuId, day = from.ExpiresOn, batch = from.BatchId, id = from.Id, limit = destination.Length - count };
                    var reader = await connection.ExecuteReaderAsync(new CommandDefinition(Read(database.Dialect), parameters, cancellationToken: cancellation)).ConfigureAwait(false);
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
            var key = new WindowKey((int)reader.GetInt64(0), reader.GetInt64(2), reader.GetInt64(1));
            if (unsellable.Contains(key.BatchId))
            {
                return key;
            }

            destination[count++] = key;
        }

        return null;
    }
}
