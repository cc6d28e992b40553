using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;

namespace Fulfilment.Core.Orders;

/// <summary>Ends the waiting of held orders.</summary>
public interface IHeldOrderStore
{
    /// <summary>
    /// In one transaction reads the order with its reserved keys, hold and wallet, asks <paramref name="decide"/>, and writes what it says with
    /// every update guarded by the state read; null leaves the order as it is. False when there is no such held order. <paramref name="decide"/> is asked
    /// again when the transaction has to be repeated; what it said last counts, and nothing of it when the answer is false.
    /// </summary>
    Task<bool> SettleAsync(long orderId, int custodyDay, int node, Func<HeldOrder, HeldOrderSettlement?> decide);

    /// <summary>Held orders whose time is over, oldest first.</summary>
    Task<IReadOnlyList<long>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellation);
}

/// <summary>A held order and what is kept back for it.</summary>
/// <param name="Order">The order.</param>
/// <param name="Keys">For each reserved unit that has one, by its id, the key kept for it. The others wait for a route.</param>
/// <param name="Held">The money kept back.</param>
/// <param name="Wallet">The storefront's wallet in the order's currency.</param>
/// <param name="CustodyDay">This node's custody root of the day.</param>
public sealed record HeldOrder(StoredOrder Order, IReadOnlyDictionary<long, ClaimedKey> Keys, Money Held, WalletBalance Wallet, CustodyDay CustodyDay);

/// <summary>How a held order's waiting ends. All its reserved units go the same way, but those without a key to their routes; what they give back need not.</summary>
/// <param name="Status">What the order becomes.</param>
/// <param name="Lines">What its lines become, by id.</param>
/// <param name="AtMs">When, in Unix milliseconds.</param>
/// <param name="Units">What reserved units with a key become.</param>
/// <param name="Waiting">What reserved units without a key become.</param>
/// <param name="Keys">What the keys become, by unit.</param>
/// <param name="Hold">What the hold becomes.</param>
/// <param name="Settled">How much of the hold is posted or given back.</param>
/// <param name="Effects">What it does elsewhere.</param>
/// <param name="Audit">Who did it, when it was an operator.</param>
public sealed record HeldOrderSettlement(
    OrderStatus Status, IReadOnlyDictionary<long, OrderStatus> Lines, long AtMs, UnitState Units, UnitState Waiting, IReadOnlyDictionary<long, CardKeyState> Keys,
    HoldState Hold, Money Settled, OrderEffects Effects, AuditEntry? Audit)
{
    /// <summary>When a sweep looks at the order again, in Unix milliseconds; null: nothing of it is open.</summary>
    public long? DueAtMs => OrderStates.IsOpen(Status) ? AtMs + AcceptedOrder.ProcessingDueMs : null;
}
