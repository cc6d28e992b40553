using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.AfterSales;

/// <summary>After-sales cases as they are stored.</summary>
public interface IAfterSalesStore
{
    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and answers once it is durable. When it throws, nothing of it remains. It runs again when other work
    /// got in the way, so it begins by forgetting what it came to before.
    /// </summary>
    Task<T> RunAsync<T>(Func<IAfterSalesTransaction, ValueTask<T>> work);

    /// <summary>The case, whosever it is, or null.</summary>
    Task<AfterSalesCase?> FindAsync(long caseId, CancellationToken cancellation);

    /// <summary>A page of cases, newest first.</summary>
    Task<IReadOnlyList<AfterSalesCase>> ListAsync(AfterSalesQuery query, CancellationToken cancellation);
}

/// <summary>Which cases.</summary>
/// <param name="Before">Older than this case.</param>
/// <param name="Limit">At most so many.</param>
public sealed record AfterSalesQuery(long Before, int Limit)
{
    /// <summary>Of this storefront.</summary>
    public long? StorefrontId { get; init; }

    /// <summary>Of this order.</summary>
    public long? OrderId { get; init; }

    /// <summary>In this status.</summary>
    public AfterSalesStatus? Status { get; init; }
}

/// <summary>One open transaction of after-sales.</summary>
public interface IAfterSalesTransaction
{
    /// <summary>What an idempotency key of this owner was used for, or null.</summary>
    ValueTask<KnownRequest?> FindRequestAsync(string owner, string idempotencyKey);

    /// <summary>The case, or null.</summary>
    ValueTask<AfterSalesCase?> FindCaseAsync(long caseId);

    /// <summary>Reads what a decision on units of this order rests on; null when there is no such order.</summary>
    /// <param name="orderId">The order.</param>
    /// <param name="custodyDay">Which day's custody root to read, for this node.</param>
    /// <param name="node">This node's number.</param>
    ValueTask<AfterSalesFacts?> ReadAsync(long orderId, int custodyDay, int node);

    /// <summary>How many shown units of a SKU a storefront's allowance has let through on a business day. Nobody else adds one before this transaction ends.</summary>
    ValueTask<int> CountAutomaticAsync(long storefrontId, long skuId, int day);

    /// <summary>Delivers card keys to the lines, from the table: all that are asked for, or none and false.</summary>
    ValueTask<bool> ClaimAsync(IReadOnlyList<PartClaim> lines);

    /// <summary>Stores a case that waits, with the idempotency key it came with.</summary>
    ValueTask OpenAsync(AfterSalesCase opened, string idempotencyKey, KnownRequest request);

    /// <summary>Writes what a case that waits comes to when it is done.</summary>
    ValueTask CompleteAsync(CompletedCase completed);

    /// <summary>Ends a case that waits without changing anything else; its units are free for another case.</summary>
    ValueTask RejectAsync(AfterSalesCase rejected);

    /// <summary>Stores an audit entry.</summary>
    ValueTask RecordAsync(AuditEntry entry);
}

/// <summary>What an idempotency key was used for.</summary>
/// <param name="Operation">Which kind of request.</param>
/// <param name="Hash">Over what the request said.</param>
/// <param name="CaseId">What came of it.</param>
public sealed record KnownRequest(string Operation, byte[] Hash, long CaseId);

/// <summary>What the database knows inside the transaction.</summary>
/// <param name="Order">The order.</param>
/// <param name="Terms">How its storefront pays now.</param>
/// <param name="Wallet">The storefront's wallet in the order's currency; zero where there is no row.</param>
/// <param name="UnitsInCases">Units of the order that are in a case that waits or is done.</param>
/// <param name="CustodyDay">This node's custody root of the day.</param>
public sealed record AfterSalesFacts(StoredOrder Order, PaymentTerms Terms, WalletBalance Wallet, IReadOnlySet<long> UnitsInCases, CustodyDay CustodyDay);

/// <summary>What a case changes when it is done, every update guarded by what was read.</summary>
/// <param name="Case">Done, its units with what became of each.</param>
/// <param name="Order">The order as it was read.</param>
/// <param name="Status">What the order becomes, or stays.</param>
/// <param name="Lines">What those of its lines become that change, by id.</param>
/// <param name="Units">What the case's units become.</param>
/// <param name="NewUnits">The units that take their places.</param>
/// <param name="Flags">What is known of the keys from now on.</param>
/// <param name="Effects">What it does elsewhere.</param>
public sealed record CompletedCase(
    AfterSalesCase Case, StoredOrder Order, OrderStatus Status, IReadOnlyDictionary<long, OrderStatus> Lines, UnitState Units,
    IReadOnlyList<ReplacementUnit> NewUnits, IReadOnlyList<CardKeyFlag> Flags, OrderEffects Effects);

/// <summary>A unit that takes another's place, delivered.</summary>
/// <param name="Id">Its own id.</param>
/// <param name="LineId">The line of both.</param>
/// <param name="CardKeyId">The key it is delivered with.</param>
/// <param name="Replaced">The unit whose place it takes: it is of the same SKU and price.</param>
public sealed record ReplacementUnit(long Id, long LineId, long CardKeyId, StoredUnit Replaced);
