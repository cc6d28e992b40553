using Fulfilment.Core.Auditing;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.CardKeys.Life;

/// <summary>Moves card keys that no unit holds from state to state.</summary>
public interface ICardKeyLifeStore
{
    /// <summary>
    /// In one transaction reads the keys, asks <paramref name="decide"/> and writes what it says, every key guarded by the state that was read.
    /// Gives the number of keys moved.
    /// </summary>
    /// <param name="request">Which keys.</param>
    /// <param name="decide">Null: nothing is written. Waits for nothing.</param>
    Task<int> MoveAsync(CardKeyMoveRequest request, Func<IReadOnlyList<HeldKey>, CustodyDay, CardKeyMove?> decide);

    /// <summary>Some available or frozen keys that expired before <paramref name="today"/>; none when there are no more.</summary>
    Task<IReadOnlyList<long>> ExpiredAsync(int today, int limit, CancellationToken cancellation);
}

/// <summary>Which keys are to be moved.</summary>
/// <param name="Keys">Ids; those that are not there are left out.</param>
/// <param name="CustodyDay">Which day's custody root to read.</param>
/// <param name="Node">This node's number.</param>
/// <param name="IsPiece">Whether this is a piece of a long job, which lets whoever waits for an answer go first.</param>
public sealed record CardKeyMoveRequest(IReadOnlyList<long> Keys, int CustodyDay, int Node, bool IsPiece);

/// <summary>A card key as it is stored, without its code.</summary>
/// <param name="Key">With the end of its custody chain.</param>
/// <param name="State">Where it stands.</param>
public sealed record HeldKey(ClaimedKey Key, CardKeyState State);

/// <summary>What becomes of the keys.</summary>
/// <param name="Keys">Those to be moved.</param>
/// <param name="To">Their new state.</param>
/// <param name="Effects">Custody, stock and money.</param>
/// <param name="Audit">Who did it, when it was somebody.</param>
public sealed record CardKeyMove(IReadOnlyList<HeldKey> Keys, CardKeyState To, OrderEffects Effects, AuditEntry? Audit);
