using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ledger;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>A batch of real codes: encrypted, with fingerprints, stock and the purchase in the ledger, as an import leaves it.</summary>
internal sealed record TestBatch(long Id, IReadOnlyList<long> Keys)
{
    public static async Task<TestBatch> AddAsync(OrderEngine engine, Sku sku, int count, int expiresOn, Money unitCost, BatchStatus status, BatchTerms terms = BatchTerms.Purchased)
    {
        var id = engine.Ids.Next();
        var keys = Enumerable.Range(0, count).Select(_ => engine.Ids.Next()).ToList();
        await engine.Storage.Database.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO batches (id, sku_id, status, unit_cost, currency, default_expires_on, terms, owner, idempotency_key, processed, accepted, duplicate, rejected)
                VALUES (@id, @sku, @status, @unitCost, 'CNY', @expiresOn, @terms, 'test', @key, @count, @count, 0, 0);
                INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired)
                VALUES (@id, 3, @count, 0, 0, 0, 0, 0);
                UPDATE change_counters SET value = value + 1 WHERE name = 'stock';
                """,
                new { id, sku = sku.Id, status, unitCost = unitCost.TenThousandths, expiresOn, terms, key = $"key-{id}", count });
            await connection.ExecuteAsync(
                """
                INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, code) VALUES (@key, @sku, @id, 10, @expiresOn, @fingerprint, @code);
                INSERT INTO code_fingerprints (fingerprint, card_key_id) VALUES (@fingerprint, @key);
                """,
                keys.Select(key => new { key, sku = sku.Id, id, expiresOn, fingerprint = Fingerprint(engine, sku, key), code = engine.Codes.Protect(key, CodeOf(sku, key)) }));
            if (count > 0 && unitCost > Money.Zero && terms == BatchTerms.Purchased)
            {
                await connection.ExecuteAsync(
                    """
                    INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency)
                    VALUES (@transfer, @kind, @inventory, @id, @payable, @id, @amount, 'CNY')
                    """,
                    new
                    {
                        transfer = engine.Ids.Next(),
                        kind = TransferKind.Purchase,
                        inventory = AccountKind.Inventory,
                        payable = AccountKind.Payable,
                        id,
                        amount = (unitCost * count).TenThousandths,
                    });
            }

            return true;
        });
        return new TestBatch(id, keys);
    }

    public static CodeText CodeOf(Sku sku, long key) => new(null, $"{sku.Code}-{key:x}");

    /// <summary>Moves an available key of a purchased batch as another use case of the engine would: state, stock, custody chain, day root and write-off together.</summary>
    public async Task MoveAsync(OrderEngine engine, long key, CardKeyState to) => await engine.Storage.Database.WriteAsync(async connection =>
    {
        Assert.True(CardKeyStates.Table.Allows(CardKeyState.Available, to));
        Assert.Equal(1, await connection.ExecuteAsync("UPDATE card_keys SET state = @to WHERE id = @key AND state = 10", new { to, key }));
        var counter = to.ToString().ToLowerInvariant();
        await connection.ExecuteAsync($"UPDATE batch_stock SET available = available - 1, {counter} = {counter} + 1 WHERE batch_id = @Id", new { Id });

        if (to is CardKeyState.Voided or CardKeyState.Expired)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency)
                SELECT @transfer, @kind, @loss, sku_id, @inventory, id, unit_cost, currency FROM batches WHERE id = @Id AND unit_cost > 0
                """,
                new { transfer = engine.Ids.Next(), kind = TransferKind.WriteOff, loss = AccountKind.WriteOff, inventory = AccountKind.Inventory, Id });
        }

        // A node of its own, whose day has this one entry.
        var (sku, expiresOn, fingerprint) = await connection.QuerySingleAsync<(long, long, byte[])>(
            "SELECT sku_id, expires_on, fingerprint FROM card_keys WHERE id = @key", new { key });
        var now = engine.Time.GetUtcNow();
        var entry = engine.Chain.Append(new CustodyOrigin(key, sku, Id, (int)expiresOn, fingerprint), null, to, now.ToUnixTimeMilliseconds(), null);
        var day = new CustodyDay(engine.Calendar.DayOf(now), 100 + await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM custody_days"));
        day.Add(entry.Seal);
        day.Close(engine.Seal);
        await connection.ExecuteAsync(
            """
            INSERT INTO custody_entries (card_key_id, sequence, state, at, unit_id, seal) VALUES (@key, @Sequence, @State, @AtMs, NULL, @Seal);
            INSERT INTO custody_days (day, node, entries, root, seal) VALUES (@Day, @Node, 1, @root, @daySeal);
            """,
            new { key, entry.Sequence, entry.State, entry.AtMs, entry.Seal, day.Day, day.Node, root = day.Root.ToArray(), daySeal = day.Seal });
        return true;
    });

    private static byte[] Fingerprint(OrderEngine engine, Sku sku, long key)
    {
        var fingerprint = new byte[ICodeProtection.HashSize];
        engine.Codes.Fingerprint(CodeOf(sku, key), fingerprint);
        return fingerprint;
    }
}
