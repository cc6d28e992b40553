using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Pool;

/// <summary>
/// Holds ids in the pool's windows against the table, and drops windows with ids that are not available there. The windows are those of Redis, or of this process.
/// Nothing depends on it: an id that is gone loses the guard; it only keeps a window that drifted from costing each order a look.
/// </summary>
public sealed class AuditPool(IWatchedPool pool, ICardKeyPool keys, IDatabase database)
{
    private const int Sample = 500;

    /// <summary>What was found, for people; null: the windows and the table agree.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        var (ids, windows) = (0, 0);
        foreach (var skuId in pool.Windows)
        {
            cancellation.ThrowIfCancellationRequested();
            var drifted = await DriftedAsync(skuId, cancellation).ConfigureAwait(false);
            if (drifted > 0)
            {
                keys.Reset(skuId);
                (ids, windows) = (ids + drifted, windows + 1);
            }
        }

        return windows > 0 ? $"{windows} windows were read anew: {ids} of the ids looked at were not available any more." : null;
    }

    private async Task<int> DriftedAsync(long skuId, CancellationToken cancellation)
    {
        var gone = (await pool.ReadWindowAsync(skuId, Sample, cancellation).ConfigureAwait(false)).ToHashSet();
        if (gone.Count == 0)
        {
            return 0;
        }

        gone.ExceptWith(await AvailableAsync(skuId, gone, cancellation).ConfigureAwait(false));
        if (gone.Count > 0)
        {
            // What was sold between the look at the window and that at the table is in the window no more.
            gone.IntersectWith(await pool.ReadWindowAsync(skuId, int.MaxValue, cancellation).ConfigureAwait(false));
        }

        return gone.Count;
    }

    private Task<IEnumerable<long>> AvailableAsync(long skuId, IReadOnlyCollection<long> ids, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QueryAsync<long>("SELECT id FROM card_keys WHERE id IN @ids AND sku_id = @skuId AND state = 10", new { ids, skuId }), cancellation);
}
