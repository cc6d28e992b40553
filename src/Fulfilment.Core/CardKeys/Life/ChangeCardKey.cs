using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys.Life;

/// <summary>
/// Freezes, unfreezes or voids one card key, by its state alone: of two operators who press at once, one does it and the other is told what it is now.
/// Refuses <c>invalid_request</c>, <c>not_found</c>, <c>batch_not_sellable</c> for a batch that is recalled or was rejected, and <c>state_conflict</c>.
/// </summary>
public sealed class ChangeCardKey(CardKeyMover mover, ICardKeyPool pool, IdGenerator ids)
{
    /// <summary>Takes an available key out of sale.</summary>
    public Task<Refusal?> FreezeAsync(long cardKeyId, string? reason, Actor actor) =>
        ChangeAsync(cardKeyId, CardKeyState.Frozen, [CardKeyState.Available], reason, actor, "card_key.frozen");

    /// <summary>Gives a frozen key back to its place in the stock.</summary>
    public Task<Refusal?> UnfreezeAsync(long cardKeyId, string? reason, Actor actor) =>
        ChangeAsync(cardKeyId, CardKeyState.Available, [CardKeyState.Frozen], reason, actor, "card_key.unfrozen");

    /// <summary>Takes an available or frozen key out of the stock for good.</summary>
    public Task<Refusal?> VoidAsync(long cardKeyId, string? reason, Actor actor) =>
        ChangeAsync(cardKeyId, CardKeyState.Voided, [CardKeyState.Available, CardKeyState.Frozen], reason, actor, "card_key.voided");

    private async Task<Refusal?> ChangeAsync(long cardKeyId, CardKeyState to, CardKeyState[] from, string? reason, Actor actor, string action)
    {
        if (LifeText.CheckReason(reason) is { } fault)
        {
            return fault;
        }

        var moved = await mover.MoveOneAsync(
            cardKeyId,
            to,
            key => Judge(key, to, from),
            key => new AuditEntry(
                ids.Next(), actor, action, $"cardKey:{PublicId.Format(PublicId.CardKey, cardKeyId)}", LifeText.Image(key.State), LifeText.Image(to, reason))).ConfigureAwait(false);
        if (moved.Refusal is null && to == CardKeyState.Available)
        {
            // The window's cursor may have passed its place.
            pool.Reset(moved.Value.Key.Origin.SkuId);
        }

        return moved.Refusal;
    }

    private static Refusal? Judge(HeldKey key, CardKeyState to, CardKeyState[] from)
    {
        if (!from.Contains(key.State))
        {
            return new Refusal(RefusalCode.StateConflict, Detail: $"The card key is {LifeText.Name(key.State)}.");
        }

        return key.Key.Batch.IsWithdrawn && to != CardKeyState.Voided
            ? new Refusal(RefusalCode.BatchNotSellable, Detail: $"The card key's batch is {LifeText.Name(key.Key.Batch.Status)}; its unsold keys are being voided.")
            : null;
    }
}
