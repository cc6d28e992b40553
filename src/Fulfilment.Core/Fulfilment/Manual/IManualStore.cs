using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>What people do with units, as it is stored.</summary>
public interface IManualStore
{
    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and answers once it is durable. When it throws, nothing of it remains. It runs again when other work
    /// got in the way, so it begins by forgetting what it came to before.
    /// </summary>
    Task<T> RunAsync<T>(Func<IManualTransaction, ValueTask<T>> work);
}

/// <summary>One open transaction of a person's work on a unit.</summary>
public interface IManualTransaction : IFulfilmentTransaction
{
    /// <summary>The unit, wherever it is; or null.</summary>
    ValueTask<FoundUnit?> FindUnitAsync(long unitId);

    /// <summary>Who is at it, be it that their time is over; null: nobody.</summary>
    ValueTask<UnitLease?> FindLeaseAsync(long unitId);

    /// <summary>Gives the unit to somebody, whoever had it.</summary>
    ValueTask LeaseAsync(long unitId, UnitLease lease);

    /// <summary>Nobody is at it any more.</summary>
    ValueTask ReleaseAsync(long unitId);

    /// <summary>Stores a decision.</summary>
    ValueTask AddDecisionAsync(UnitDecision decision);

    /// <summary>The decision, or null.</summary>
    ValueTask<UnitDecision?> FindDecisionAsync(long decisionId);

    /// <summary>Whether a proposal waits for the unit.</summary>
    ValueTask<bool> HasPendingDecisionAsync(long unitId);

    /// <summary>Ends a proposal that waits, with the content it keeps.</summary>
    ValueTask EndDecisionAsync(UnitDecision ended);

    /// <summary>The attempt of a unit at which a supplier may still issue it, or null.</summary>
    ValueTask<Attempt?> FindOpenAttemptAsync(long unitId);

    /// <summary>Why a unit failed.</summary>
    ValueTask<UnitFailure?> FindFailureAsync(FoundUnit unit);

    /// <summary>Stores an attempt that a person made, and that is over.</summary>
    ValueTask AddAttemptAsync(Attempt attempt);

    /// <summary>Sends a failed unit round its routes again, its price on hold as before; the wallet is the effects' to write.</summary>
    ValueTask ReopenUnitAsync(FoundUnit unit, OpenOrder order, long dueAtMs);

    /// <summary>The unit is pending because a person let it go on, and is patient with its suppliers anew.</summary>
    ValueTask WaitAnewAsync(long orderId, long unitId, long sinceMs);
}
