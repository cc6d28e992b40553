using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.CardKeys.Life;

/// <summary>Moves keys that no unit holds: state, custody entry, stock and, for purchased keys that will never be sold, the write-off, in one transaction.</summary>
public sealed class CardKeyMover(ICardKeyLifeStore store, CustodyChain chain, ICustodySeal seal, IdGenerator ids, BusinessCalendar calendar, TimeProvider time)
{
    /// <summary>Keys in a piece of a long job: a few milliseconds of the writer, which is what an order may have to wait for.</summary>
    public const int PieceKeys = 200;

    /// <summary>Keys a long job reads at once and cuts into pieces.</summary>
    public const int PageKeys = 10 * PieceKeys;

    /// <summary>
    /// Moves those of the keys that may go to the state, in pieces that give way to whoever waits for an answer. A piece that fails changes nothing, and
    /// who looks for the same work again finds it again.
    /// </summary>
    /// <returns>How many were moved.</returns>
    public async Task<int> MoveInPiecesAsync(IReadOnlyList<long> keys, CardKeyState to, Func<HeldKey, bool> may)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var pieces = keys.Chunk(PieceKeys).Select(piece => MoveAsync(piece, isPiece: true, (held, _) => Choose(held, to, may)));
        return (await Task.WhenAll(pieces).ConfigureAwait(false)).Sum();
    }

    /// <summary>Moves one key as somebody says, if <paramref name="judge"/> refuses nothing; <c>not_found</c> when it is not there.</summary>
    /// <returns>The key as it was before, or why it was not moved.</returns>
    public async Task<Result<HeldKey>> MoveOneAsync(long key, CardKeyState to, Func<HeldKey, Refusal?> judge, Func<HeldKey, AuditEntry> audit)
    {
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(audit);
        HeldKey? found = null;
        Refusal? refusal = null;
        await MoveAsync([key], isPiece: false, (held, _) =>
        {
            found = held.SingleOrDefault();
            refusal = found is null ? new Refusal(RefusalCode.NotFound) : judge(found);
            return refusal is null ? (held, to, audit(found!)) : null;
        }).ConfigureAwait(false);
        return refusal is null ? found! : refusal;
    }

    private static (IReadOnlyList<HeldKey> Keys, CardKeyState To, AuditEntry? Audit)? Choose(IReadOnlyList<HeldKey> held, CardKeyState to, Func<HeldKey, bool> may)
    {
        var chosen = held.Where(key => key.State is CardKeyState.Available or CardKeyState.Frozen && may(key)).ToList();
        return chosen.Count == 0 ? null : (chosen, to, null);
    }

    private Task<int> MoveAsync(
        IReadOnlyList<long> keys, bool isPiece, Func<IReadOnlyList<HeldKey>, CustodyDay, (IReadOnlyList<HeldKey> Keys, CardKeyState To, AuditEntry? Audit)?> choose)
    {
        var now = time.GetUtcNow();
        return store.MoveAsync(new CardKeyMoveRequest(keys, calendar.DayOf(now), ids.Node, isPiece), (held, day) =>
        {
            if (choose(held, day) is not { } move)
            {
                return null;
            }

            var effects = new OrderEffects();
            foreach (var key in move.Keys)
            {
                effects.Move(chain, key.Key, key.State, move.To, now.ToUnixTimeMilliseconds(), unitId: null);
            }

            if (move.To is CardKeyState.Voided or CardKeyState.Expired)
            {
                effects.PostWriteOff(ids, move.Keys.Select(key => key.Key));
            }

            effects.CloseDay(day, seal);
            return new CardKeyMove(move.Keys, move.To, effects, move.Audit);
        });
    }
}
