using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Fulfilment;

/// <summary>What the end of an order's unit rests on, read in the transaction that ends it.</summary>
/// <param name="Id">The order.</param>
/// <param name="StorefrontId">Whose it is.</param>
/// <param name="Terms">How that storefront pays.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Version">Grows with each change.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="OpenUnits">Units that still owe the buyer something.</param>
/// <param name="LineCount">How many lines it has.</param>
/// <param name="Held">What its open hold still keeps back; zero without one.</param>
public sealed record OpenOrder(
    long Id, long StorefrontId, PaymentTerms Terms, OrderStatus Status, int Version, string Currency, int OpenUnits, int LineCount, Money Held);

/// <summary>A unit as the transaction found it.</summary>
/// <param name="OrderId">Its order.</param>
/// <param name="Id">The unit.</param>
/// <param name="LineId">Its line.</param>
/// <param name="SkuId">What it is: a bundle's unit is its component.</param>
/// <param name="Price">What it is sold for.</param>
/// <param name="State">Where it stands.</param>
/// <param name="DueAtMs">When something looks at it again, in Unix milliseconds.</param>
/// <param name="CardKeyId">The key it has.</param>
public sealed record FoundUnit(long OrderId, long Id, long LineId, long SkuId, Money Price, UnitState State, long? DueAtMs, long? CardKeyId = null);

/// <summary>A unit that becomes terminal.</summary>
/// <param name="Unit">As it was found.</param>
/// <param name="State">What it becomes.</param>
public sealed record UnitEnd(FoundUnit Unit, UnitState State)
{
    /// <summary>Why it will not be delivered.</summary>
    public UnitFailure? Failure { get; init; }

    /// <summary>The key it is delivered with; null for a top-up.</summary>
    public long? CardKeyId { get; init; }
}

/// <summary>A line of an order, its units counted.</summary>
/// <param name="LineId">The line.</param>
/// <param name="Status">As it is stored.</param>
/// <param name="Units">Its units.</param>
public sealed record CountedLine(long LineId, OrderStatus Status, UnitCounts Units);

/// <summary>How an order changes because units of it ended.</summary>
/// <param name="Before">As it was read; every update is guarded by it.</param>
/// <param name="OpenUnits">Units that are still open.</param>
/// <param name="Status">What it becomes, or stays.</param>
/// <param name="AtMs">When, in Unix milliseconds.</param>
/// <param name="Lines">What those of its lines become that change, by id.</param>
/// <param name="Settled">Money of its hold that was charged or given back.</param>
public sealed record OrderChange(OpenOrder Before, int OpenUnits, OrderStatus Status, long AtMs, IReadOnlyDictionary<long, OrderStatus> Lines, Money Settled);
