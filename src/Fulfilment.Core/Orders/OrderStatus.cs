namespace Fulfilment.Core.Orders;

/// <summary>Where an order, or one line of it, stands. Stored as numbers; in the API camel case.</summary>
public enum OrderStatus
{
    /// <summary>Waits for an operator; codes and money are kept back for it.</summary>
    Held = 10,

    /// <summary>Some units are still open.</summary>
    Processing = 11,

    /// <summary>Every unit was delivered.</summary>
    Fulfilled = 20,

    /// <summary>Some units were delivered and the rest never will be.</summary>
    PartiallyFulfilled = 21,

    /// <summary>No unit was delivered nor will be.</summary>
    Failed = 22,

    /// <summary>Called off before anything was delivered.</summary>
    Cancelled = 23,

    /// <summary>All its money is back.</summary>
    Refunded = 24,
}

/// <summary>Where one owed code or top-up stands. Stored as numbers; in the API camel case.</summary>
public enum UnitState
{
    /// <summary>Waits for a worker.</summary>
    Pending = 10,

    /// <summary>A code is kept back for it.</summary>
    Reserved = 11,

    /// <summary>A supplier is at it.</summary>
    Processing = 12,

    /// <summary>A person is at it.</summary>
    Manual = 13,

    /// <summary>A supplier may or may not have issued it (存疑).</summary>
    Unknown = 14,

    /// <summary>The benefit is with the buyer.</summary>
    Delivered = 20,

    /// <summary>It will not be delivered.</summary>
    Failed = 21,

    /// <summary>Called off.</summary>
    Cancelled = 22,

    /// <summary>Another unit took its place.</summary>
    Replaced = 23,

    /// <summary>Its money is back.</summary>
    Refunded = 24,
}

/// <summary>Why a unit will not be delivered. Stored as numbers; in the API snake case.</summary>
public enum UnitFailure
{
    /// <summary>The stock ran short and the order allowed a part.</summary>
    OutOfStock = 1,

    /// <summary>Every route rejected it, or none was left that could be asked.</summary>
    RoutesExhausted = 2,

    /// <summary>An operator could not deliver it.</summary>
    ManualFailed = 3,
}

/// <summary>The transitions of orders and units: DESIGN.md, States.</summary>
public static class OrderStates
{
    /// <summary>Of orders and lines.</summary>
    public static readonly StateTable<OrderStatus> Orders = new(
        (OrderStatus.Held, [OrderStatus.Processing, OrderStatus.Cancelled]),
        (OrderStatus.Processing, [OrderStatus.Fulfilled, OrderStatus.PartiallyFulfilled, OrderStatus.Failed, OrderStatus.Cancelled]),
        (OrderStatus.Fulfilled, [OrderStatus.Refunded]),
        (OrderStatus.PartiallyFulfilled, [OrderStatus.Refunded]),
        (OrderStatus.Failed, [OrderStatus.Refunded]),
        (OrderStatus.Cancelled, [OrderStatus.Refunded]));

    /// <summary>Of units.</summary>
    public static readonly StateTable<UnitState> Units = new(
        (UnitState.Pending, [UnitState.Delivered, UnitState.Processing, UnitState.Manual, UnitState.Reserved, UnitState.Cancelled, UnitState.Failed]),
        (UnitState.Reserved, [UnitState.Delivered, UnitState.Pending, UnitState.Cancelled]),
        (UnitState.Processing, [UnitState.Delivered, UnitState.Unknown, UnitState.Pending, UnitState.Failed]),
        (UnitState.Unknown, [UnitState.Delivered, UnitState.Pending, UnitState.Failed, UnitState.Processing]),
        (UnitState.Manual, [UnitState.Delivered, UnitState.Failed, UnitState.Cancelled]),
        (UnitState.Failed, [UnitState.Pending]),
        (UnitState.Delivered, [UnitState.Replaced, UnitState.Refunded]));

    /// <summary>Whether a unit in this state still owes the buyer something, and so counts in its order's open units.</summary>
    public static bool IsOpen(UnitState state) => state < UnitState.Delivered;

    /// <summary>Whether an order in this status still has open units.</summary>
    public static bool IsOpen(OrderStatus status) => status < OrderStatus.Fulfilled;

    /// <summary>What an order, or line, with these units is. Not for held ones.</summary>
    public static OrderStatus StatusOf(IEnumerable<UnitState> units)
    {
        ArgumentNullException.ThrowIfNull(units);
        var counts = new int[(int)UnitState.Refunded + 1];
        foreach (var state in units)
        {
            if (IsOpen(state))
            {
                return OrderStatus.Processing;
            }

            counts[(int)state]++;
        }

        // A replaced unit has another in its place, which says how it ended.
        var (kept, refunded) = (counts[(int)UnitState.Delivered], counts[(int)UnitState.Refunded]);
        return refunded > 0 && kept == 0
            ? OrderStatus.Refunded
            : Close(kept + refunded, counts[(int)UnitState.Failed], counts[(int)UnitState.Cancelled]);
    }

    /// <summary>The status that closed units come to: what an order or line is when nothing of it is open any more.</summary>
    public static OrderStatus Close(int delivered, int failed, int cancelled) => (delivered, failed, cancelled) switch
    {
        ( > 0, 0, 0) => OrderStatus.Fulfilled,
        ( > 0, _, _) => OrderStatus.PartiallyFulfilled,
        (0, 0, > 0) => OrderStatus.Cancelled,
        _ => OrderStatus.Failed,
    };
}
