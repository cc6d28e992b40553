using Dapper;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IStockHistory"/>
public sealed class StockHistory(IDatabase database) : IStockHistory
{
    private const int DaysBack = 7;

    // Less than this tells too little of a day.
    private const double FewestDays = 1;

    // The day whose counts are kept already, so that the table is asked and written once a day and process.
    private int _keptDay;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<long, SkuStock>> ReadAsync(DateTimeOffset now, int today, CancellationToken cancellation)
    {
        var counts = (await database.ReadAsync(connection => connection.QueryAsync<Counts>(new CommandDefinition(CountSql, cancellationToken: cancellation)), cancellation).ConfigureAwait(false)).AsList();
        if (today != _keptDay)
        {
            await KeepAsync(counts, now.ToUnixTimeMilliseconds(), today).ConfigureAwait(false);
            _keptDay = today;
        }

        var earlier = (await database.ReadAsync(
            connection => connection.QueryAsync<Sample>(new CommandDefinition(EarliestSql, new { from = today - DaysBack }, cancellationToken: cancellation)),
            cancellation).ConfigureAwait(false)).ToDictionary(sample => sample.SkuId);
        return counts.ToDictionary(row => row.SkuId, row => new SkuStock(row.Available, SoldPerDay(row, earlier.GetValueOrDefault(row.SkuId), now)));
    }

    // The counts of a day never change once they are there, whichever node was first.
    private Task KeepAsync(IReadOnlyList<Counts> counts, long now, int today) => database.WriteGuardedAsync(async connection =>
    {
        await connection.ExecuteAsync("""
            INSERT INTO stock_days (sku_id, day, taken_at, delivered)
            SELECT @SkuId, @today, @now, @Delivered WHERE NOT EXISTS (SELECT 1 FROM stock_days WHERE sku_id = @SkuId AND day = @today)
            """, counts.Select(row => new { row.SkuId, today, now, row.Delivered })).ConfigureAwait(false);
        return await connection.ExecuteAsync("DELETE FROM stock_days WHERE day < @from", new { from = today - DaysBack }).ConfigureAwait(false);
    });

    private static double? SoldPerDay(Counts now, Sample? then, DateTimeOffset at)
    {
        var days = then is null ? 0 : (at.ToUnixTimeMilliseconds() - then.TakenAt) / TimeSpan.FromDays(1).TotalMilliseconds;
        return days < FewestDays ? null : (now.Delivered - then!.Delivered) / days;
    }

    internal const string CountSql = $"""
        SELECT batches.sku_id AS SkuId, sum(CASE WHEN {BatchRow.Sells} THEN batch_stock.available ELSE 0 END) AS Available, sum(batch_stock.delivered) AS Delivered
        FROM batches
        JOIN batch_stock ON batch_stock.batch_id = batches.id
        GROUP BY batches.sku_id
        """;

    internal const string EarliestSql = """
        SELECT sku_id AS SkuId, taken_at AS TakenAt, delivered AS Delivered
        FROM stock_days
        WHERE day >= @from AND NOT EXISTS (SELECT 1 FROM stock_days AS earlier WHERE earlier.sku_id = stock_days.sku_id AND earlier.day >= @from AND earlier.day < stock_days.day)
        """;

    private sealed class Counts
    {
        public long SkuId { get; init; }

        public long Available { get; init; }

        public long Delivered { get; init; }
    }

    private sealed class Sample
    {
        public long SkuId { get; init; }

        public long TakenAt { get; init; }

        public long Delivered { get; init; }
    }
}
