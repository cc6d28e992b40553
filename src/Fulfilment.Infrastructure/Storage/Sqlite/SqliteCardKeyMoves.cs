using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Orders;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Moves card keys that no unit holds: some microseconds a key, which is why its statements are compiled once. Used on the writer's thread alone.</summary>
internal sealed class SqliteCardKeyMoves(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _read = new(connection, $"""
        SELECT k.sku_id, k.batch_id, k.expires_on, k.fingerprint, k.state, b.unit_cost, b.currency, {BatchRow.TermsInBooks}, b.status, b.frozen,
               c.sequence, c.state, c.at, c.unit_id, c.seal
        FROM card_keys AS k
        JOIN batches AS b ON b.id = k.batch_id
        LEFT JOIN custody_entries AS c
          ON c.card_key_id = k.id AND c.sequence = (SELECT max(l.sequence) FROM custody_entries AS l WHERE l.card_key_id = k.id)
        WHERE k.id = ?1
        """);

    private readonly SqliteStatement _move = new(connection, "UPDATE card_keys SET state = ?2 WHERE id = ?1 AND state = ?3");

    private readonly SqliteStatement _announce = new(connection, "UPDATE change_counters SET value = value + 1 WHERE name = 'stock'");

    private readonly SqliteOrderEffects _effects = new(connection);

    public int Move(CardKeyMoveRequest request, Func<IReadOnlyList<HeldKey>, CustodyDay, CardKeyMove?> decide)
    {
        var held = new List<HeldKey>(request.Keys.Count);
        foreach (var id in request.Keys)
        {
            if (Read(id) is { } key)
            {
                held.Add(key);
            }
        }

        if (decide(held, _effects.ReadDay(request.CustodyDay, request.Node)) is not { } move)
        {
            return 0;
        }

        foreach (var key in move.Keys)
        {
            // Read in this transaction, so nobody can have changed it: another count is a broken record, and nothing of the move may remain.
            var id = key.Key.Origin.CardKeyId;
            if (_move.Bind(1, id).Bind(2, (long)move.To).Bind(3, (long)key.State).Execute() != 1)
            {
                throw new InvalidOperationException($"Card key {id} was read as {key.State} and could not be moved to {move.To}.");
            }
        }

        _effects.Write(move.Effects);
        if (move.To == CardKeyState.Available)
        {
            _announce.Execute();
        }

        if (move.Audit is { } entry)
        {
            AuditStore.AppendAsync(connection, entry).GetAwaiter().GetResult();
        }

        return move.Keys.Count;
    }

    public void Dispose()
    {
        _read.Dispose();
        _move.Dispose();
        _announce.Dispose();
        _effects.Dispose();
    }

    private HeldKey? Read(long id)
    {
        if (!_read.Bind(1, id).Step())
        {
            _read.Reset();
            return null;
        }

        var origin = new CustodyOrigin(id, _read.Int64(0), _read.Int64(1), _read.Int32(2), _read.Blob(3));
        var last = _read.IsNull(10)
            ? null
            : new CustodyEntry(id, _read.Int32(10), (CardKeyState)_read.Int32(11), _read.Int64(12), _read.IsNull(13) ? null : _read.Int64(13), _read.Blob(14));
        var batch = new BatchSale((BatchStatus)_read.Int32(8), _read.Int32(9) != 0);
        var key = new ClaimedKey(origin, [], new Money(_read.Int64(5)), _read.Text(6), (BatchTerms)_read.Int32(7), batch, last);
        var held = new HeldKey(key, (CardKeyState)_read.Int32(4));
        _read.Reset();
        return held;
    }
}
