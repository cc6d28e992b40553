using System.Data.Common;
using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <inheritdoc/>
internal sealed class SqlServerCardKeyClaims(DbConnection connection) : ICardKeyClaims
{
    // State 10 is available.
    internal const string TakeSql = $"""
        UPDATE k SET state = @state
        FROM card_keys AS k
        JOIN OPENJSON(@ids) WITH (id BIGINT) AS j ON j.id = k.id
        WHERE k.state = 10 AND EXISTS (SELECT 1 FROM batches WHERE batches.id = k.batch_id AND {BatchRow.Sells})
        """;

    // Whoever claims here is too rare for nodes to need parts of their own.
    private readonly SqlServerStock _stock = new(connection, node: 0);

    public async ValueTask<bool> TryDeliverAsync(IReadOnlyList<PartClaim> parts)
    {
        // One claim: all of its parts are filled, or it gets nothing.
        var allocation = new SqlServerAllocation([parts]);
        allocation.TakeFromTable(await _stock.FindAsync(allocation.Needs(), []).ConfigureAwait(false));
        allocation.Settle(_ => false);
        var ids = allocation.Held().ToList();
        if (ids.Count == 0)
        {
            return false;
        }

        var taken = await connection.ExecuteAsync(TakeSql, new { state = (long)CardKeyState.Delivered, ids = JsonRows.Ids(ids) }).ConfigureAwait(false);
        return taken == ids.Count ? true : throw new StorageConflictException();
    }

    public async ValueTask<IReadOnlyDictionary<long, ClaimedKey>> ReadAsync(IReadOnlyCollection<long> ids) =>
        (await _stock.ReadAsync(ids).ConfigureAwait(false)).ToDictionary(row => row.Key, row => row.Value.ToKey());
}
