using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Orders;

/// <summary>What one draft asks for, and the card keys it gets at once.</summary>
public sealed class OrderClaim
{
    private readonly LineClaim[] _lines;
    private readonly PartClaim[] _needs;

    /// <param name="draft">The draft.</param>
    public OrderClaim(OrderDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        Draft = draft;
        _lines = [.. draft.Lines.Select(line => new LineClaim(line))];
        _needs = [.. _lines.SelectMany(line => line.Parts).Where(part => part.IsFromPool)];
    }

    /// <summary>The draft.</summary>
    public OrderDraft Draft { get; }

    /// <summary>One a line, in the draft's order.</summary>
    public IReadOnlyList<LineClaim> Lines => _lines;

    /// <summary>The parts of all lines whose units are to be claimed now.</summary>
    public IReadOnlyList<PartClaim> Needs => _needs;

    /// <summary>What the keys become: delivered, or reserved for a held order.</summary>
    public CardKeyState Target => Draft.Held ? CardKeyState.Reserved : CardKeyState.Delivered;

    /// <summary>Whether the order is refused: it lacks units that nothing but the pool could give.</summary>
    public bool IsOutOfStock => Draft.AllowPartial ? Tally is { Claimed: 0, Waiting: 0 } : Tally.Short > 0;

    /// <summary>Its units by what they come to.</summary>
    public ClaimTally Tally
    {
        get
        {
            var tally = default(ClaimTally);
            foreach (var line in _lines)
            {
                tally += line.Tally;
            }

            return tally;
        }
    }
}

/// <summary>What one line asks for and gets.</summary>
public sealed class LineClaim(DraftLine line)
{
    private readonly PartClaim[] _parts = [.. line.Parts.Select(part => new PartClaim(part, SupplyRoutes.HasOtherThanPool(part.Sku)))];

    /// <summary>The line.</summary>
    public DraftLine Line { get; } = line;

    /// <summary>One a part, in the line's order.</summary>
    public IReadOnlyList<PartClaim> Parts => _parts;

    /// <summary>Its units by what they come to.</summary>
    public ClaimTally Tally
    {
        get
        {
            var tally = default(ClaimTally);
            foreach (var part in _parts)
            {
                tally += part.Tally;
            }

            return tally;
        }
    }
}

/// <summary>The units of one part, and the card keys they get.</summary>
/// <param name="part">The part.</param>
/// <param name="canWait">Whether units that get no key have another route to wait for.</param>
public sealed class PartClaim(DraftPart part, bool canWait = false) : KeyNeed(part.Sku.Id, part.MinExpiryDay, part.UnitIds.Count)
{
    /// <summary>The part.</summary>
    public DraftPart Part { get; } = part;

    /// <summary>Whether units that get no key have another route to wait for.</summary>
    public bool CanWait { get; } = canWait;

    /// <summary>Whether its units are claimed from the pool before anything else is tried.</summary>
    public bool IsFromPool { get; } = SupplyRoutes.BeginsInPool(part.Sku);

    /// <summary>How many candidates turned out to be gone.</summary>
    public int Drift { get; set; }

    /// <summary>Those of its keys that came from the table.</summary>
    public List<long> FromTable { get; } = [];

    /// <summary>The keys it got, for the part's units in order; fewer than its count when the stock is short.</summary>
    public List<ClaimedKey> Keys { get; } = [];

    /// <summary>Its units by what they come to.</summary>
    public ClaimTally Tally
    {
        get
        {
            var missing = Count - Keys.Count;
            var (waiting, lacking) = CanWait ? (missing, 0) : (0, missing);
            return new ClaimTally(Keys.Count, waiting, lacking, Part.Price * Keys.Count, Part.Price * waiting);
        }
    }
}

/// <summary>Units of a claim by what they come to.</summary>
/// <param name="Claimed">They have a key.</param>
/// <param name="Waiting">They wait for another route.</param>
/// <param name="Short">Nothing can give them.</param>
/// <param name="ClaimedPrice">Of the first.</param>
/// <param name="WaitingPrice">Of the second.</param>
public readonly record struct ClaimTally(int Claimed, int Waiting, int Short, Money ClaimedPrice, Money WaitingPrice)
{
    /// <summary>Both together.</summary>
    public static ClaimTally operator +(ClaimTally left, ClaimTally right) => new(
        left.Claimed + right.Claimed, left.Waiting + right.Waiting, left.Short + right.Short,
        left.ClaimedPrice + right.ClaimedPrice, left.WaitingPrice + right.WaitingPrice);
}
