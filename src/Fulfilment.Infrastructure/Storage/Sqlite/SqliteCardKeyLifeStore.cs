using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <inheritdoc cref="ICardKeyLifeStore"/>
public sealed class SqliteCardKeyLifeStore(SqliteDatabase database) : ICardKeyLifeStore, IDisposable
{
    /// <summary>
    /// Keys that were frozen one by one, and those that could be sold, each by its index. The join keeps to its order: for each SKU one seek into
    /// card_keys_fefo, which finds a SKU that has nothing to expire at its first entry.
    /// </summary>
    internal const string Expired = """
        SELECT id FROM card_keys WHERE state = 12 AND expires_on < @today
        UNION ALL
        SELECT card_keys.id FROM skus CROSS JOIN card_keys ON card_keys.sku_id = skus.id AND card_keys.state = 10 AND card_keys.expires_on < @today
        LIMIT @limit
        """;

    // Made and used on the writer's thread alone.
    private SqliteCardKeyMoves? _moves;

    /// <inheritdoc/>
    public Task<int> MoveAsync(CardKeyMoveRequest request, Func<IReadOnlyList<HeldKey>, CustodyDay, CardKeyMove?> decide)
    {
        ArgumentNullException.ThrowIfNull(request);
        return database.RunAsync(
            connection => (_moves ??= new SqliteCardKeyMoves(connection)).Move(request, decide), request.IsPiece ? WritePriority.Bulk : WritePriority.Prompt);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> ExpiredAsync(int today, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<long>>(
        async connection => (await connection.QueryAsync<long>(new CommandDefinition(Expired, new { today, limit }, cancellationToken: cancellation)).ConfigureAwait(false)).AsList(),
        cancellation);

    /// <summary>Lets go of the compiled statements; the database has to be open still.</summary>
    public void Dispose() => _moves?.Dispose();
}
