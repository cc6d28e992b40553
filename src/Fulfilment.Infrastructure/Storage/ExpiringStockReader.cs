using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IExpiringStock"/>
public sealed class ExpiringStockReader(IDatabase database) : IExpiringStock
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<ExpiringStock>> FindAsync(long skuId, int today, int last, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(new CommandDefinition(FindSql, new { skuId, today, last }, cancellationToken: cancellation)), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new ExpiringStock(row.BatchId, row.Keys, (int)row.FirstEnds, new Money(row.UnitCost), row.Currency, row.Terms == (long)BatchTerms.Purchased))];
    }

    /// <summary>Of card keys in state 10, available: only with the number in the text their own index can serve it.</summary>
    internal const string FindSql = $"""
        SELECT k.batch_id AS BatchId, k.found AS Keys, k.ends AS FirstEnds, b.unit_cost AS UnitCost, b.currency AS Currency, {BatchRow.TermsInBooks} AS Terms
        FROM (
            SELECT batch_id, count(*) AS found, min(expires_on) AS ends
            FROM card_keys
            WHERE state = 10 AND sku_id = @skuId AND expires_on >= @today AND expires_on <= @last
            GROUP BY batch_id
        ) AS k
        JOIN batches AS b ON b.id = k.batch_id
        """;

    private sealed class Row
    {
        public long BatchId { get; init; }

        public long Keys { get; init; }

        public long FirstEnds { get; init; }

        public long UnitCost { get; init; }

        public string Currency { get; init; } = "";

        public long Terms { get; init; }
    }
}
