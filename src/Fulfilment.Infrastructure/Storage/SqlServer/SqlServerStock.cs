using System.Data.Common;
using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Looks for card keys without taking them: what it finds may be gone a moment later, and the guarded update of whoever writes says so. Each call is one
/// round trip, whatever the number of keys.
/// </summary>
/// <param name="connection">An open connection, in a transaction or not.</param>
/// <param name="node">Which part of a batch's keys to prefer, so that nodes without a common pool do not all want the same ones.</param>
internal sealed class SqlServerStock(DbConnection connection, int node)
{
    /// <summary>Into how many parts, by their ids, a batch's keys fall. Which one is preferred costs speed at most: any key of the batch is as good.</summary>
    private const int Parts = 16;

    /// <summary>What is known of no keys.</summary>
    public static readonly IReadOnlyDictionary<long, SqlServerKeyRow> Nothing = new Dictionary<long, SqlServerKeyRow>();

    /// <summary>Those of the keys that are there, in no order.</summary>
    internal const string ReadSql = $"""
        SELECT {SqlServerKeyRow.Columns}
        FROM OPENJSON(@ids) WITH (id BIGINT) AS j
        {SqlServerKeyRow.Joins}
        """;

    /// <summary>
    /// For each need, one after the other, available keys of its SKU, first expired first out, passing a batch that does not sell in one step. READCOMMITTED
    /// lets a serializable transaction look without keeping the front of the stock from everybody else; nothing rests on it.
    /// </summary>
    internal const string FindSql = $"""
        SET NOCOUNT ON;
        DECLARE @held TABLE (id BIGINT NOT NULL PRIMARY KEY);
        DECLARE @found TABLE (id BIGINT NOT NULL PRIMARY KEY);
        DECLARE @number BIGINT = 0, @sku BIGINT, @wanted BIGINT, @day BIGINT, @batch BIGINT, @nextDay BIGINT, @nextBatch BIGINT, @sells BIGINT;
        INSERT INTO @held (id) SELECT j.id FROM OPENJSON(@ids) WITH (id BIGINT) AS j;
        WHILE @number < @count
        BEGIN
            SELECT @sku = j.sku_id, @day = j.min_expiry_day, @batch = 0, @wanted = j.wanted
            FROM OPENJSON(@needs) WITH (number BIGINT, sku_id BIGINT, min_expiry_day BIGINT, wanted BIGINT) AS j
            WHERE j.number = @number;
            WHILE @wanted > 0
            BEGIN
                SET @sells = NULL;
                SELECT TOP (1) @nextDay = k.expires_on, @nextBatch = k.batch_id, @sells = CASE WHEN {BatchRow.Sells} THEN 1 ELSE 0 END
                FROM card_keys AS k WITH (READCOMMITTED)
                JOIN batches WITH (READCOMMITTED) ON batches.id = k.batch_id
                WHERE k.sku_id = @sku AND k.state = 10 AND k.expires_on >= @day AND (k.expires_on > @day OR k.batch_id >= @batch)
                ORDER BY k.expires_on, k.batch_id, k.id;
                IF @sells IS NULL BREAK;
                IF @sells = 1
                BEGIN
                    INSERT INTO @found (id)
                    SELECT TOP (@wanted) k.id
                    FROM card_keys AS k WITH (READCOMMITTED)
                    WHERE k.sku_id = @sku AND k.state = 10 AND k.expires_on = @nextDay AND k.batch_id = @nextBatch AND k.id % @parts = @part
                      AND NOT EXISTS (SELECT 1 FROM @held AS h WHERE h.id = k.id) AND NOT EXISTS (SELECT 1 FROM @found AS f WHERE f.id = k.id)
                    ORDER BY k.id;
                    SET @wanted = @wanted - @@ROWCOUNT;
                    INSERT INTO @found (id)
                    SELECT TOP (@wanted) k.id
                    FROM card_keys AS k WITH (READCOMMITTED)
                    WHERE k.sku_id = @sku AND k.state = 10 AND k.expires_on = @nextDay AND k.batch_id = @nextBatch AND k.id % @parts <> @part
                      AND NOT EXISTS (SELECT 1 FROM @held AS h WHERE h.id = k.id) AND NOT EXISTS (SELECT 1 FROM @found AS f WHERE f.id = k.id)
                    ORDER BY k.id;
                    SET @wanted = @wanted - @@ROWCOUNT;
                END;
                SELECT @day = @nextDay, @batch = @nextBatch + 1;
            END;
            SET @number = @number + 1;
        END;
        SET NOCOUNT OFF;
        SELECT {SqlServerKeyRow.Columns}
        FROM @found AS j
        {SqlServerKeyRow.Joins}
        """;

    public async Task<IReadOnlyDictionary<long, SqlServerKeyRow>> ReadAsync(IEnumerable<long> ids)
    {
        var rows = await connection.QueryAsync<SqlServerKeyRow>(ReadSql, new { ids = JsonRows.Ids(ids) }).ConfigureAwait(false);
        return rows.ToDictionary(row => row.Id);
    }

    /// <summary>Available keys for the needs, none of those in <paramref name="held"/> and first expired first out. Fewer than asked for: the table has no more.</summary>
    /// <exception cref="StorageConflictException">One was taken while they were being read: without it too few would look like no more.</exception>
    public async Task<IReadOnlyList<ClaimedKey>> FindAsync(IReadOnlyList<StockNeed> needs, IEnumerable<long> held)
    {
        var numbered = needs.Select((need, number) => (need, number));
        var rows = (await connection.QueryAsync<SqlServerKeyRow>(FindSql, new
        {
            ids = JsonRows.Ids(held),
            needs = JsonRows.Write(numbered, static (json, row) =>
            {
                json.Number("number", row.number);
                json.Number("sku_id", row.need.SkuId);
                json.Number("min_expiry_day", row.need.MinExpiryDay);
                json.Number("wanted", row.need.Wanted);
            }),
            count = (long)needs.Count,
            parts = (long)Parts,
            part = (long)(node % Parts),
        }).ConfigureAwait(false)).AsList();
        return rows.All(IsForSale)
            ? [.. rows.OrderBy(row => row.ExpiresOn).ThenBy(row => row.BatchId).ThenBy(row => row.Id).Select(row => row.ToKey())]
            : throw new StorageConflictException();
    }

    /// <summary>Whether it could be sold when it was read.</summary>
    public static bool IsForSale(SqlServerKeyRow row) =>
        row.State == (long)CardKeyState.Available && new BatchSale((BatchStatus)row.BatchStatus, row.Frozen != 0).Sells;
}

/// <summary>So many keys of a SKU that expire on that day or later.</summary>
internal readonly record struct StockNeed(long SkuId, int MinExpiryDay, int Wanted);
