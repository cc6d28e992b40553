namespace Fulfilment.Core.Orders;

/// <summary>An order as it is stored for the first time.</summary>
/// <param name="Draft">What was asked.</param>
/// <param name="Claim">The keys it got.</param>
/// <param name="Status">Where it stands at once.</param>
/// <param name="AtMs">When that was decided, in Unix milliseconds.</param>
public sealed record AcceptedOrder(OrderDraft Draft, OrderClaim Claim, OrderStatus Status, long AtMs)
{
    /// <summary>The version of a new order.</summary>
    public const int FirstVersion = 1;

    /// <summary>Price of the units that have a key.</summary>
    public Money Charge { get; } = ChargeOf(Claim);

    /// <summary>Units still open: all that have a key, while it is held.</summary>
    public int OpenUnits => Status == OrderStatus.Held ? Claim.Lines.Sum(line => line.Keys.Count) : 0;

    /// <summary>When a sweep looks at it again, in Unix milliseconds; only while it is held.</summary>
    public long? DueAtMs => Status == OrderStatus.Held
        ? AtMs + (long)TimeSpan.FromMinutes(Draft.Lines.Min(line => line.Sku.HoldMinutes)).TotalMilliseconds
        : null;

    /// <summary>When nothing of it was open any more, in Unix milliseconds.</summary>
    public long? CompletedAtMs => OrderStates.IsOpen(Status) ? null : AtMs;

    /// <summary>Where the unit stands that got this key, or none.</summary>
    public UnitState StateOf(ClaimedKey? key) => key is null ? UnitState.Failed : Status == OrderStatus.Held ? UnitState.Reserved : UnitState.Delivered;

    /// <summary>When the code of a unit in this state was shown, in Unix milliseconds; null: not yet. What the answer carries counts as shown, whether it arrives or not.</summary>
    public long? RevealedAtMs(UnitState state) => state == UnitState.Delivered && Draft.ShowsCodes ? AtMs : null;

    /// <summary>Where one line stands.</summary>
    public OrderStatus StatusOf(LineClaim line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return Status == OrderStatus.Held && line.Keys.Count > 0
            ? OrderStatus.Held
            : OrderStates.Close(line.Keys.Count, line.Count - line.Keys.Count, 0);
    }

    /// <summary>Price of what a claim got.</summary>
    public static Money ChargeOf(OrderClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var charge = Money.Zero;
        foreach (var line in claim.Lines)
        {
            charge += line.Line.UnitPrice * line.Keys.Count;
        }

        return charge;
    }
}
