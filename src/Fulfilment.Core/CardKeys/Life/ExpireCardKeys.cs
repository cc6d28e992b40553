namespace Fulfilment.Core.CardKeys.Life;

/// <summary>
/// Moves keys whose last day is over to expired. No order gets such a key anyway; this makes stock and books say so. Reserved keys wait for their held
/// order. The work is the rows themselves: whoever looks after a crash, or a day late, finds all of it.
/// </summary>
public sealed class ExpireCardKeys(ICardKeyLifeStore store, CardKeyMover mover, BusinessCalendar calendar)
{
    /// <summary>Expires all there is to expire now; tells how many keys.</summary>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        var today = calendar.Today;
        var expired = 0L;
        while (await store.ExpiredAsync(today, CardKeyMover.PageKeys, cancellation).ConfigureAwait(false) is { Count: > 0 } keys)
        {
            cancellation.ThrowIfCancellationRequested();
            var moved = await mover.MoveInPiecesAsync(keys, CardKeyState.Expired, key => key.Key.Origin.ExpiresOn < today).ConfigureAwait(false);
            if (moved == 0)
            {
                // Others were faster with every one of them; the next look finds what is left.
                break;
            }

            expired += moved;
        }

        return expired;
    }
}
