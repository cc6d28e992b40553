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
    public int Units => Lines.Sum(line => line.Quantity);
}

/// <summary>A priced line of a draft.</summary>
public sealed class DraftLine
{
    /// <summary>The id the line gets.</summary>
    public required long Id { get; init; }

    /// <summary>What is sold, as the catalogue had it.</summary>
    public required Sku Sku { get; init; }

    /// <summary>The ids its units get, ascending; as many as the line's quantity.</summary>
    public required IReadOnlyList<long> UnitIds { get; init; }

    /// <summary>Price of one unit.</summary>
    public required Money UnitPrice { get; init; }

    /// <summary>What the buyer pays for a unit.</summary>
    public Money? SalePrice { get; init; }

    /// <summary>The earliest day a code for this line may expire on.</summary>
    public required int MinExpiryDay { get; init; }

    /// <summary>Encrypted.</summary>
    public byte[]? Recipient { get; init; }

    /// <summary>Keyed hash for look-up.</summary>
    public byte[]? RecipientHash { get; init; }

    /// <summary>Encrypted JSON object.</summary>
    public byte[]? Inputs { get; init; }

    /// <summary>As it came.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>How many units.</summary>
    public int Quantity => UnitIds.Count;
}
