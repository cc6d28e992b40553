using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Orders;

/// <summary>
/// An order on its way in: judged by the catalogue, not yet by the database. A draft with a <see cref="Verdict"/> is refused
/// unless its reference belongs to a stored order, which wins whatever the catalogue says by now.
/// </summary>
public sealed class OrderDraft
{
    /// <summary>The id the order gets if it is accepted.</summary>
    public required long OrderId { get; init; }

    /// <summary>Whose it is.</summary>
    public required Storefront Storefront { get; init; }

    /// <summary>The storefront's own number.</summary>
    public required string ClientReference { get; init; }

    /// <summary>Tells whether a repeat has the same content; see <see cref="OrderContent"/>.</summary>
    public required byte[] ContentHash { get; init; }

    /// <summary>Why the catalogue refuses it; such a draft has no lines.</summary>
    public Refusal? Verdict { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Priced lines.</summary>
    public IReadOnlyList<DraftLine> Lines { get; init; } = [];

    /// <summary>Price of all units.</summary>
    public Money Amount { get; init; }

    /// <summary>Whether it waits for an operator before anything is delivered.</summary>
    public bool Held { get; init; }

    /// <summary>Whether a part will do.</summary>
    public bool AllowPartial { get; init; }

    /// <summary>Whether the answer to a new order shows the codes that are delivered at once.</summary>
    public bool ShowsCodes { get; init; }

    /// <summary>Why the units are given.</summary>
    public OrderSource Source { get; init; }

    /// <summary>The storefront's label.</summary>
    public string? Campaign { get; init; }

    /// <summary>Who buys, encrypted.</summary>
    public byte[]? Buyer { get; init; }

    /// <summary>Keyed hash of the buyer's reference.</summary>
    public byte[]? BuyerReferenceHash { get; init; }

    /// <summary>As it came.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>How many units it asks for.</summary>
    public int Units => Lines.Sum(line => line.UnitCount);
}

/// <summary>A priced line of a draft.</summary>
public sealed class DraftLine
{
    /// <summary>The id the line gets.</summary>
    public required long Id { get; init; }

    /// <summary>What is sold, as the catalogue had it.</summary>
    public required Sku Sku { get; init; }

    /// <summary>How many of it.</summary>
    public required int Quantity { get; init; }

    /// <summary>Price of one.</summary>
    public required Money UnitPrice { get; init; }

    /// <summary>What the buyer pays for a unit.</summary>
    public Money? SalePrice { get; init; }

    /// <summary>The units it comes to: one part, but several for a bundle.</summary>
    public required IReadOnlyList<DraftPart> Parts { get; init; }

    /// <summary>Encrypted.</summary>
    public byte[]? Recipient { get; init; }

    /// <summary>Keyed hash for look-up.</summary>
    public byte[]? RecipientHash { get; init; }

    /// <summary>Encrypted JSON object; the owner is the first of its units.</summary>
    public byte[]? Inputs { get; init; }

    /// <summary>As it came.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>How many units: the quantity, or for a bundle so many times its components.</summary>
    public int UnitCount
    {
        get
        {
            var count = 0;
            foreach (var part in Parts)
            {
                count += part.UnitIds.Count;
            }

            return count;
        }
    }

    /// <summary>The units as they are stored beside the quantity; null where there is one each.</summary>
    public int? StoredUnitCount => Sku.Kind == SkuKind.Bundle ? UnitCount : null;

    /// <summary>A unit's own SKU and price in ten-thousandths as they are stored; null where they are the line's.</summary>
    public (long? SkuId, long? Price) StoredOf(DraftPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return Sku.Kind == SkuKind.Bundle ? (part.Sku.Id, part.Price.TenThousandths) : (null, null);
    }
}

/// <summary>Units of a line that are of one SKU and have one price.</summary>
/// <param name="Sku">What each of them is, as the catalogue had it; in a bundle the component.</param>
/// <param name="UnitIds">Their ids, ascending.</param>
/// <param name="Price">What each is sold for; in a bundle its share.</param>
/// <param name="MinExpiryDay">The earliest day a code for them may expire on.</param>
public sealed record DraftPart(Sku Sku, IReadOnlyList<long> UnitIds, Money Price, int MinExpiryDay);
