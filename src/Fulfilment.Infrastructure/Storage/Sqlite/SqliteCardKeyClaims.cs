using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>
/// The only place where a card key is given to a unit. Candidates from the pool are guesses; each is taken by an update that names the state
/// it must be in, and one that is gone costs a look into the table.
/// </summary>
internal sealed class SqliteCardKeyClaims(SqliteConnection connection) : ICardKeyClaims, IDisposable
{
    private const int MostFromTableAtOnce = 256;

    // State 10 is available. A batch that is frozen, recalled or waits for approval sells nothing, whatever state its keys are in.
    private readonly SqliteStatement _guard = new(connection, $"""
        UPDATE card_keys SET state = ?2
        WHERE id = ?1 AND state = 10 AND sku_id = ?4 AND expires_on >= ?3
          AND (SELECT {BatchRow.Sells} FROM batches WHERE batches.id = batch_id)
        """);

    private readonly SqliteStatement _release = new(connection, "UPDATE card_keys SET state = 10 WHERE id = ?1 AND state = ?2");

    private readonly SqliteStatement _read = new(connection, """
        SELECT k.batch_id, k.expires_on, k.fingerprint, k.code, b.unit_cost, b.currency, b.terms, b.status, b.frozen, c.sequence, c.state, c.at, c.unit_id, c.seal,
               k.sku_id
        FROM card_keys AS k
        JOIN batches AS b ON b.id = k.batch_id
        LEFT JOIN custody_entries AS c
          ON c.card_key_id = k.id AND c.sequence = (SELECT max(l.sequence) FROM custody_entries AS l WHERE l.card_key_id = k.id)
        WHERE k.id = ?1
        """);

    /// <summary>
    /// The available keys of a SKU from a day and batch on. Served by card_keys_fefo, and the same order as the pool's refill. Read only as far as needed
    /// instead of with LIMIT: the planner looks at a bound limit, so SQLite would compile the statement anew for each one.
    /// </summary>
    internal const string FindSql = $"""
        SELECT k.id, k.expires_on, k.batch_id, (SELECT {BatchRow.Sells} FROM batches WHERE batches.id = k.batch_id)
        FROM card_keys AS k
        WHERE k.sku_id = ?1 AND k.state = 10 AND (k.expires_on, k.batch_id) >= (?2, ?3)
        ORDER BY k.expires_on, k.batch_id, k.id
        """;

    private readonly SqliteStatement _find = new(connection, FindSql);

    private readonly List<long> _found = [];

    /// <summary>Fills what the claim needs, or, when something falls short that cannot wait and no part is allowed, gives everything back.</summary>
    public void Take(OrderClaim claim)
    {
        if (!Fill(claim.Needs, claim.Target) && !claim.Draft.AllowPartial)
        {
            GiveBack(claim.Needs, claim.Target);
        }
    }

    public ValueTask<bool> TryDeliverAsync(IReadOnlyList<PartClaim> parts)
    {
        var isFull = Fill(parts, CardKeyState.Delivered);
        if (!isFull)
        {
            GiveBack(parts, CardKeyState.Delivered);
        }

        return ValueTask.FromResult(isFull);
    }

    public ValueTask<IReadOnlyDictionary<long, ClaimedKey>> ReadAsync(IReadOnlyCollection<long> ids) =>
        ValueTask.FromResult<IReadOnlyDictionary<long, ClaimedKey>>(ids.ToDictionary(id => id, Read));

    public void Dispose()
    {
        _guard.Dispose();
        _release.Dispose();
        _read.Dispose();
        _find.Dispose();
    }

    private bool Fill(IReadOnlyList<PartClaim> parts, CardKeyState target)
    {
        var isFull = true;
        foreach (var part in parts)
        {
            TakeCandidates(part, target);
            if (part.Keys.Count < part.Count)
            {
                TakeFromTable(part, target);
            }

            isFull &= part.CanWait || part.Keys.Count == part.Count;
        }

        return isFull;
    }

    private void GiveBack(IReadOnlyList<PartClaim> parts, CardKeyState target)
    {
        foreach (var part in parts)
        {
            GiveBack(part, target);
        }
    }

    private void TakeCandidates(PartClaim part, CardKeyState target)
    {
        foreach (var id in part.Candidates)
        {
            if (!TryTake(part, id, target))
            {
                part.Drift++;
            }
        }

        part.Candidates.Clear();
    }

    internal void TakeFromTable(PartClaim part, CardKeyState target)
    {
        while (part.Keys.Count < part.Count)
        {
            Find(part);
            if (_found.Count == 0)
            {
                return;
            }

            foreach (var id in _found)
            {
                // Nobody else writes while this transaction is open, so what was found is there.
                if (!TryTake(part, id, target))
                {
                    throw new InvalidOperationException($"Card key {id} was found available and could not be taken.");
                }

                part.FromTable.Add(id);
            }
        }
    }

    private void Find(PartClaim part)
    {
        _found.Clear();
        var wanted = Math.Min(MostFromTableAtOnce, part.Count - part.Keys.Count);
        var (day, batch) = ((long)part.MinExpiryDay, 0L);
        while (!TryFind(part.SkuId, wanted, ref day, ref batch))
        {
            // On behind the batch that does not sell, however many keys of it there are.
        }
    }

    // False when it came upon a batch that does not sell; day and batch then say where to go on.
    private bool TryFind(long skuId, int wanted, ref long day, ref long batch)
    {
        _find.Bind(1, skuId).Bind(2, day).Bind(3, batch);
        var sells = true;
        while (_found.Count < wanted && sells && _find.Step())
        {
            sells = _find.Int32(3) == 1;
            if (sells)
            {
                _found.Add(_find.Int64(0));
            }
            else
            {
                (day, batch) = (_find.Int64(1), _find.Int64(2) + 1);
            }
        }

        _find.Reset();
        return sells;
    }

    private bool TryTake(PartClaim part, long id, CardKeyState target)
    {
        if (_guard.Bind(1, id).Bind(2, (long)target).Bind(3, part.MinExpiryDay).Bind(4, part.SkuId).Execute() == 0)
        {
            return false;
        }

        part.Keys.Add(Read(id));
        return true;
    }

    // A key that was given to a unit, with the end of its custody chain.
    private ClaimedKey Read(long id)
    {
        if (!_read.Bind(1, id).Step())
        {
            throw new InvalidOperationException($"Card key {id} was taken and cannot be read.");
        }

        var origin = new CustodyOrigin(id, _read.Int64(14), _read.Int64(0), _read.Int32(1), _read.Blob(2));
        var last = _read.IsNull(9)
            ? null
            : new CustodyEntry(id, _read.Int32(9), (CardKeyState)_read.Int32(10), _read.Int64(11), _read.IsNull(12) ? null : _read.Int64(12), _read.Blob(13));
        var batch = new BatchSale((BatchStatus)_read.Int32(7), _read.Int32(8) != 0);
        var key = new ClaimedKey(origin, _read.Blob(3), new Money(_read.Int64(4)), _read.Text(5), (BatchTerms)_read.Int32(6), batch, last);
        _read.Reset();
        return key;
    }

    private void GiveBack(PartClaim part, CardKeyState target)
    {
        foreach (var key in part.Keys)
        {
            if (_release.Bind(1, key.Origin.CardKeyId).Bind(2, (long)target).Execute() != 1)
            {
                throw new InvalidOperationException($"Card key {key.Origin.CardKeyId} could not be given back.");
            }

            part.Candidates.Add(key.Origin.CardKeyId);
        }

        part.Keys.Clear();
        part.FromTable.Clear();
    }
}
