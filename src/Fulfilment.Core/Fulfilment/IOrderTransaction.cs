using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// One open transaction in which units of accepted orders change. What was read in it stays true until it ends, and every update names the state it starts
/// from all the same: one that meets another state throws, and nothing of the transaction remains.
/// </summary>
public interface IOrderTransaction
{
    /// <summary>The order.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    ValueTask<OpenOrder> ReadOrderAsync(long orderId);

    /// <summary>The unit, or null.</summary>
    ValueTask<FoundUnit?> FindUnitAsync(long orderId, long unitId);

    /// <summary>The order's units that can be called off: nobody has begun with them, nor may have before a restore.</summary>
    ValueTask<IReadOnlyList<FoundUnit>> FindCancellableAsync(long orderId, long nowMs);

    /// <summary>The order's lines with their units counted, as they are behind what this transaction has written.</summary>
    ValueTask<IReadOnlyList<CountedLine>> CountLinesAsync(long orderId);

    /// <summary>Zero where there is no row.</summary>
    ValueTask<WalletBalance> ReadWalletAsync(WalletKey key);

    /// <summary>The root that the next custody entries of this day and node are counted into.</summary>
    ValueTask<CustodyDay> ReadDayAsync(int day, int node);

    /// <summary>
    /// Moves a unit between states that are not terminal, with the time at which something looks at it again. False: it is not in that state any more, or, where
    /// <paramref name="unit"/> says when it was due, somebody else has looked at it since.
    /// </summary>
    ValueTask<bool> MoveUnitAsync(FoundUnit unit, UnitState to, long dueAtMs);

    /// <summary>Writes what units become; see <see cref="CloseUnits"/>, which alone calls it.</summary>
    ValueTask EndUnitsAsync(IReadOnlyList<UnitEnd> ends, long atMs);

    /// <summary>Writes what the order becomes, its hold with it.</summary>
    ValueTask ChangeOrderAsync(OrderChange change);

    /// <summary>Delivers card keys to the parts, from the table: all that are asked for, or none and false.</summary>
    ValueTask<bool> ClaimAsync(IReadOnlyList<PartClaim> parts);

    /// <summary>Writes the effects. Once, at the end.</summary>
    ValueTask WriteAsync(OrderEffects effects);

    /// <summary>Raises an alert together with what it is about.</summary>
    ValueTask RaiseAsync(NewAlert alert, long id, DateTimeOffset now);

    /// <summary>Resolves the alert with this key, if there is one unresolved, together with what ended it.</summary>
    ValueTask<bool> ResolveAlertAsync(string key, DateTimeOffset now);

    /// <summary>Stores an audit entry.</summary>
    ValueTask RecordAsync(AuditEntry entry);
}
