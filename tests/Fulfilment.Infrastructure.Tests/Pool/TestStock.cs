using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Pool;

/// <summary>Puts bare card keys into the table, for tests that look at nothing but ids, states and days.</summary>
internal static class TestStock
{
    public static Task AddAsync(IDatabase database, long skuId, IEnumerable<(long Id, int ExpiresOn)> keys, long batchId = 1) =>
        database.WriteAsync(connection => connection.ExecuteAsync(
            """
            INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, number_hash, code)
            VALUES (@Id, @skuId, @batchId, 10, @ExpiresOn, @fingerprint, NULL, @code)
            """,
            keys.Select(key => new { key.Id, key.ExpiresOn, skuId, batchId, fingerprint = BitConverter.GetBytes(key.Id), code = new byte[] { 0 } })));

    public static Task AddBatchAsync(IDatabase database, long id, long skuId, BatchStatus status) =>
        database.WriteAsync(connection => connection.ExecuteAsync(
            """
            INSERT INTO skus (id, code, name, kind, currency, price, min_per_order, max_per_order, recipient_mode, inputs,
                              min_remaining_days, hold_minutes, on_shelf, routes, updated_at)
            SELECT @skuId, @sku, 'Test', 1, 'CNY', 100000, 1, 100, 1, '[]', 0, 30, 1, '[]', 0 WHERE NOT EXISTS (SELECT 1 FROM skus WHERE id = @skuId);
            INSERT INTO batches (id, sku_id, status, unit_cost, currency, default_expires_on, owner, idempotency_key, processed, accepted, duplicate, rejected)
            VALUES (@id, @skuId, @status, 0, 'CNY', 3652058, 'test', @key, 0, 0, 0, 0)
            """,
            new { id, skuId, status, sku = $"SKU-{skuId}", key = $"key-{id}" }));

    public static Task SetStateAsync(IDatabase database, CardKeyState state, IEnumerable<long> ids) =>
        database.WriteAsync(connection => connection.ExecuteAsync("UPDATE card_keys SET state = @state WHERE id = @id", ids.Select(id => new { state, id })));
}
