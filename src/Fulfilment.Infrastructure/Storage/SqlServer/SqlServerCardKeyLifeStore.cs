using System.Data.Common;
using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>Moves card keys that no unit holds on SQL Server, a piece in a few statements whatever its size.</summary>
public sealed class SqlServerCardKeyLifeStore(SqlServerDatabase database) : ICardKeyLifeStore, IDisposable
{
    /// <summary>Keys that were frozen one by one, and for each SKU a seek into card_keys_fefo.</summary>
    internal const string Expired = """
        SELECT TOP (@limit) e.id
        FROM (
            SELECT id FROM card_keys WHERE state = 12 AND expires_on < @today
            UNION ALL
            SELECT k.id
            FROM skus AS s
            CROSS APPLY (SELECT TOP (@limit) f.id FROM card_keys AS f WHERE f.sku_id = s.id AND f.state = 10 AND f.expires_on < @today ORDER BY f.expires_on) AS k
        ) AS e
        """;

    // Without the code, which no move needs. Its batch's terms are those in the books.
    internal const string ReadSql = $"""
        SELECT k.id AS Id, k.sku_id AS SkuId, k.batch_id AS BatchId, k.expires_on AS ExpiresOn, k.fingerprint AS Fingerprint, CAST(0x AS VARBINARY(1)) AS Code,
               k.state AS State, b.unit_cost AS UnitCost, b.currency AS Currency, {BatchRow.TermsInBooks} AS Terms, b.status AS BatchStatus, b.frozen AS Frozen,
               c.sequence AS Sequence, c.state AS LastState, c.at AS LastAt, c.unit_id AS LastUnitId, c.seal AS LastSeal
        FROM OPENJSON(@ids) WITH (id BIGINT) AS j
        {SqlServerKeyRow.Joins}
        """;

    internal const string MoveSql = """
        UPDATE k SET state = @to
        FROM card_keys AS k
        JOIN OPENJSON(@keys) WITH (id BIGINT, state BIGINT) AS j ON j.id = k.id AND j.state = k.state
        """;

    // Pieces of long jobs queue here, and one at a time where orders do: an order waits for one of them at most.
    private readonly SemaphoreSlim _pieces = new(1);

    /// <inheritdoc/>
    public async Task<int> MoveAsync(CardKeyMoveRequest request, Func<IReadOnlyList<HeldKey>, CustodyDay, CardKeyMove?> decide)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.IsPiece)
        {
            return await database.WriteCustodyAsync(connection => MoveAsync(connection, request, decide)).ConfigureAwait(false);
        }

        await _pieces.WaitAsync().ConfigureAwait(false);
        try
        {
            return await database.WriteCustodyAsync(connection => MoveAsync(connection, request, decide)).ConfigureAwait(false);
        }
        finally
        {
            _pieces.Release();
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> ExpiredAsync(int today, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<long>>(
        async connection => (await connection.QueryAsync<long>(
            new CommandDefinition(Expired, new { today = (long)today, limit = (long)limit }, cancellationToken: cancellation)).ConfigureAwait(false)).AsList(),
        cancellation);

    /// <inheritdoc/>
    public void Dispose() => _pieces.Dispose();

    private static async Task<int> MoveAsync(DbConnection connection, CardKeyMoveRequest request, Func<IReadOnlyList<HeldKey>, CustodyDay, CardKeyMove?> decide)
    {
        var rows = (await connection.QueryAsync<SqlServerKeyRow>(ReadSql, new { ids = JsonRows.Ids(request.Keys) }).ConfigureAwait(false)).ToDictionary(row => row.Id);
        var held = request.Keys.Where(rows.ContainsKey).Select(id => rows[id].ToHeldKey()).ToList();
        var effects = new SqlServerOrderEffects(connection);
        if (decide(held, await effects.ReadDayAsync(request.CustodyDay, request.Node).ConfigureAwait(false)) is not { } move)
        {
            return 0;
        }

        var moved = await connection.ExecuteAsync(MoveSql, new { to = (long)move.To, keys = States(move.Keys) }).ConfigureAwait(false);
        if (moved != move.Keys.Count)
        {
            // Read in this transaction, so nobody can have changed them: a broken record, and nothing of the move may remain.
            throw new InvalidOperationException($"{move.Keys.Count} card keys were to be moved to {move.To}, and {moved} could be.");
        }

        await effects.WriteAsync(move.Effects).ConfigureAwait(false);
        if (move.To == CardKeyState.Available)
        {
            await connection.ExecuteAsync("UPDATE change_counters SET value = value + 1 WHERE name = 'stock'").ConfigureAwait(false);
        }

        if (move.Audit is { } entry)
        {
            await AuditStore.AppendAsync(connection, entry).ConfigureAwait(false);
        }

        return move.Keys.Count;
    }

    private static JsonDocumentParameter States(IReadOnlyList<HeldKey> keys) => JsonRows.Write(keys, static (json, key) =>
    {
        json.Number("id", key.Key.Origin.CardKeyId);
        json.Number("state", (long)key.State);
    });
}
