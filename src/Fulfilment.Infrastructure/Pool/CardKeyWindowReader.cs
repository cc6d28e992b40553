using System.Data.Common;
using Dapper;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Pool;

/// <summary>Reads windows from the tables <c>card_keys</c> and <c>batches</c>.</summary>
public sealed class CardKeyWindowReader(IDatabase database) : ICardKeyWindowReader
{
    // Both walk card_keys_fefo from the cursor on and sort nothing. In one piece, as (expires_on, id) > (@day, @id), SQLite would begin at the
    // cursor's day and walk that day once more for every window; without an expiry date that day is the whole stock.
    // What they leave out is what the guard refuses; a key that one lets through and the other does not would be read and lost for ever.
    // The first finds all it needs in the index; the second has to look into each row.
    internal const string ReadAll = """
        SELECT expires_on, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND expires_on = @day AND id > @id
        UNION ALL
        SELECT expires_on, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND expires_on > @day
        ORDER BY expires_on, id
        LIMIT @limit
        """;

    internal const string ReadUnblocked = $"""
        SELECT expires_on, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND expires_on = @day AND id > @id
          AND batch_id NOT IN (SELECT id FROM batches WHERE sku_id = @sku AND NOT ({BatchRow.Sells}))
        UNION ALL
        SELECT expires_on, id FROM card_keys
        WHERE sku_id = @sku AND state = 10 AND expires_on > @day
          AND batch_id NOT IN (SELECT id FROM batches WHERE sku_id = @sku AND NOT ({BatchRow.Sells}))
        ORDER BY expires_on, id
        LIMIT @limit
        """;

    private const string AnyBlocked = $"""
        SELECT EXISTS (SELECT 1 FROM batches WHERE sku_id = @sku AND NOT ({BatchRow.Sells}))
        """;

    /// <inheritdoc/>
    public Task<int> ReadAsync(long skuId, WindowKey after, Memory<WindowKey> destination, CancellationToken cancellation) =>
        database.ReadAsync(
            async connection =>
            {
                var parameters = new
                {
                    sku = skuId,
                    day = after.ExpiresOn,
                    id = after.Id,
                    limit = destination.Length,
                };
                var blocked = await connection.ExecuteScalarAsync<long>(new CommandDefinition(AnyBlocked, parameters, cancellationToken: cancellation)).ConfigureAwait(false);
                var reader = await connection.ExecuteReaderAsync(
                    new CommandDefinition(blocked == 0 ? ReadAll : ReadUnblocked, parameters, cancellationToken: cancellation)).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    return Copy(reader, destination.Span);
                }
            },
            cancellation);

    /// <inheritdoc/>
    public Task<long> StockVersionAsync(CancellationToken cancellation) =>
        database.ReadAsync(
            connection => connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT value FROM change_counters WHERE name = 'stock'", cancellationToken: cancellation)),
            cancellation);

    // Row by row without objects: fifty thousand at a time, many times a minute.
    private static int Copy(DbDataReader reader, Span<WindowKey> destination)
    {
        var count = 0;
        while (count < destination.Length && reader.Read())
        {
            destination[count++] = new WindowKey(reader.GetInt32(0), reader.GetInt64(1));
        }

        return count;
    }
}
