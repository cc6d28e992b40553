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

    /// <summary>When a sweep looks at a processing order. Its units have due times of their own; this is for an order that none of them brings to its end.</summary>
    public static readonly long ProcessingDueMs = (long)TimeSpan.FromMinutes(15).TotalMilliseconds;

    private readonly ClaimTally _tally = Claim.Tally;

    /// <summary>Money kept back for its open units; null when none is open.</summary>
    public Money? Hold => Status switch
    {
        OrderStatus.Held => _tally.ClaimedPrice + _tally.WaitingPrice,
        OrderStatus.Processing => _tally.WaitingPrice,
        _ => null,
    };

    /// <summary>Units still open: those that wait, and while it is held those that have a key.</summary>
    public int OpenUnits => Status switch
    {
        OrderStatus.Held => _tally.Claimed + _tally.Waiting,
        OrderStatus.Processing => _tally.Waiting,
        _ => 0,
    };

    /// <summary>When a sweep looks at it again, in Unix milliseconds; only while it is open.</summary>
    public long? DueAtMs => Status switch
    {
        OrderStatus.Held => AtMs + (long)TimeSpan.FromMinutes(Draft.Lines.Min(line => line.Sku.HoldMinutes)).TotalMilliseconds,
        OrderStatus.Processing => AtMs + ProcessingDueMs,
        _ => null,
    };

    /// <summary>When nothing of it was open any more, in Unix milliseconds.</summary>
    public long? CompletedAtMs => OrderStates.IsOpen(Status) ? null : AtMs;

    /// <summary>One of the part's units, as it is stored.</summary>
    public AcceptedUnit UnitAt(PartClaim part, int index)
    {
        ArgumentNullException.ThrowIfNull(part);
        var key = index < part.Keys.Count ? part.Keys[index] : null;
        var state = (key, part.CanWait, Status) switch
        {
            (null, false, _) => UnitState.Failed,
            (_, _, OrderStatus.Held) => UnitState.Reserved,
            (null, _, _) => UnitState.Pending,
            _ => UnitState.Delivered,
        };
        return new AcceptedUnit(part.Part.UnitIds[index], state, key)
        {
            DeliveredAtMs = state == UnitState.Delivered ? AtMs : null,
            DueAtMs = state switch { UnitState.Reserved => DueAtMs, UnitState.Pending => AtMs, _ => null },
            Failure = state == UnitState.Failed ? UnitFailure.OutOfStock : null,
            // What the answer carries counts as shown, whether it arrives or not.
            RevealedAtMs = state == UnitState.Delivered && Draft.ShowsCodes ? AtMs : null,
        };
    }

    /// <summary>Where one line stands.</summary>
    public OrderStatus StatusOf(LineClaim line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var tally = line.Tally;
        return Status == OrderStatus.Held && tally.Claimed + tally.Waiting > 0 ? OrderStatus.Held
            : tally.Waiting > 0 ? OrderStatus.Processing
            : OrderStates.Close(tally.Claimed, tally.Short, 0);
    }
}

/// <summary>A unit as it is stored for the first time. Times are Unix milliseconds.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Key">The key it got.</param>
public readonly record struct AcceptedUnit(long Id, UnitState State, ClaimedKey? Key)
{
    /// <summary>When the benefit was given.</summary>
    public long? DeliveredAtMs { get; init; }

    /// <summary>When something looks at it again.</summary>
    public long? DueAtMs { get; init; }

    /// <summary>Why it will not be delivered.</summary>
    public UnitFailure? Failure { get; init; }

    /// <summary>When its code was shown; null: not yet.</summary>
    public long? RevealedAtMs { get; init; }
}
