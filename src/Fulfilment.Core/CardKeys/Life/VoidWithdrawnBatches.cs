namespace Fulfilment.Core.CardKeys.Life;

/// <summary>
/// Voids what batches that are recalled or were rejected have left unsold. The work is the rows themselves: whoever looks after a crash finds the rest.
/// Nothing of such a batch becomes available again, for what a held order gives back is voided at once, so one walk over its keys is enough.
/// </summary>
public sealed class VoidWithdrawnBatches(IBatchLifeStore store, CardKeyMover mover)
{
    /// <summary>Voids all there is to void now; tells how many keys.</summary>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        var voided = 0L;
        foreach (var batch in await store.WithdrawnAsync(cancellation).ConfigureAwait(false))
        {
            voided += await VoidAsync(batch, cancellation).ConfigureAwait(false);
        }

        return voided;
    }

    // A key's id is above its batch's, for the batch was there first.
    private async Task<long> VoidAsync(WithdrawnBatch batch, CancellationToken cancellation)
    {
        var (voided, after, left) = (0L, batch.BatchId, batch.Unsold);
        while (left > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var limit = (int)Math.Min(CardKeyMover.PageKeys, left);
            var keys = await store.UnsoldKeysAsync(batch.BatchId, after, limit, cancellation).ConfigureAwait(false);
            if (keys.Count == 0)
            {
                break;
            }

            voided += await mover.MoveInPiecesAsync(keys, CardKeyState.Voided, key => key.Key.Batch.IsWithdrawn).ConfigureAwait(false);
            (after, left) = (keys[^1], left - keys.Count);
        }

        return voided;
    }
}
