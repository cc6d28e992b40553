using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Host.Api.Admin;

/// <summary>What somebody has in hand: the id, or what stands on the card.</summary>
internal sealed record CardKeyQuestion(string? Id = null, string? Number = null, string? Secret = null)
{
    // What prints a record must not print a code.
    public override string ToString() => nameof(CardKeyQuestion);
}

/// <summary>A card key as operators see it, never with its code.</summary>
internal sealed record CardKeyView(
    string Id,
    string? Sku,
    string BatchId,
    BatchStatus BatchStatus,
    bool BatchFrozen,
    CardKeyState State,
    DateOnly? ExpiresOn,
    DateTimeOffset CreatedAt,
    CardKeyHolderView? HeldBy,
    bool CustodyVerified,
    IReadOnlyList<CustodyEntryView> Custody)
{
    public static CardKeyView Of(CardKeyFile file, ICatalogue catalogue)
    {
        var (origin, batch) = (file.Record.Origin, file.Record.Batch);
        return new CardKeyView(
            PublicId.Format(PublicId.CardKey, origin.CardKeyId),
            catalogue.Current.FindSku(origin.SkuId)?.Code,
            PublicId.Format(PublicId.Batch, origin.BatchId),
            batch.Status,
            batch.Frozen,
            file.Record.State,
            ExpiryDay.ToDate(origin.ExpiresOn),
            IdGenerator.TimeOf(origin.CardKeyId),
            file.Record.Holder is { } holder ? CardKeyHolderView.Of(holder, catalogue) : null,
            file.IsWhole,
            [.. file.Custody.Select(entry => CustodyEntryView.Of(entry))]);
    }
}

/// <summary>The unit that has a card key, and its order.</summary>
internal sealed record CardKeyHolderView(string OrderId, string ClientReference, string? Storefront, string UnitId, UnitState UnitStatus, DateTimeOffset? DeliveredAt)
{
    public static CardKeyHolderView Of(SoldKey holder, ICatalogue catalogue) => new(
        PublicId.Format(PublicId.Order, holder.OrderId),
        holder.ClientReference,
        catalogue.Current.Storefronts.FirstOrDefault(storefront => storefront.Id == holder.StorefrontId)?.Code,
        PublicId.Format(PublicId.Unit, holder.UnitId),
        holder.Unit,
        holder.DeliveredAtMs is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
}

/// <summary>One change of a card key; <paramref name="Verified"/>: its seal follows from the entry before.</summary>
internal sealed record CustodyEntryView(int Sequence, CardKeyState State, DateTimeOffset At, string? UnitId, bool Verified)
{
    public static CustodyEntryView Of(VerifiedEntry entry) => new(
        entry.Entry.Sequence,
        entry.Entry.State,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.Entry.AtMs),
        entry.Entry.UnitId is { } unit ? PublicId.Format(PublicId.Unit, unit) : null,
        entry.IsSealed);
}
