using Dapper;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Sums over <c>batch_stock</c>, read at most once a second whatever the number of requests.</summary>
public sealed class StockLevels(IDatabase database, TimeProvider time) : IStockLevels, IDisposable
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private volatile Reading? _last;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<long, long>> GetAsync(CancellationToken cancellation)
    {
        var last = _last;
        if (last is not null && IsFresh(last))
        {
            return last.Available;
        }

        // While one request reads, the others answer with what was known; only the very first have to wait.
        var mayRead = last is null ? await WaitAsync(cancellation).ConfigureAwait(false) : _one.Wait(0, CancellationToken.None);
        if (!mayRead)
        {
            return last!.Available;
        }

        try
        {
            last = _last;
            if (last is null || !IsFresh(last))
            {
                _last = last = await ReadAsync(cancellation).ConfigureAwait(false);
            }

            return last.Available;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        return true;
    }

    private bool IsFresh(Reading reading) => time.GetElapsedTime(reading.At) < FreshFor;

    private async Task<Reading> ReadAsync(CancellationToken cancellation)
    {
        var at = time.GetTimestamp();
        var rows = await database.ReadAsync(connection => connection.QueryAsync<(long SkuId, long Available)>($"""
            SELECT batches.sku_id, sum(batch_stock.available)
            FROM batches
            JOIN batch_stock ON batch_stock.batch_id = batches.id
            WHERE {BatchRow.Sells}
            GROUP BY batches.sku_id
            """), cancellation).ConfigureAwait(false);
        return new Reading(at, rows.ToDictionary(row => row.SkuId, row => row.Available));
    }

    private sealed record Reading(long At, IReadOnlyDictionary<long, long> Available);
}
