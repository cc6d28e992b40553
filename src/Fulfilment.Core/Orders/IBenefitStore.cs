using Fulfilment.Core.Privacy;

namespace Fulfilment.Core.Orders;

/// <summary>Finds what a person was given.</summary>
public interface IBenefitStore
{
    /// <summary>The person's units of this storefront, newest order first and within an order newest unit first.</summary>
    /// <param name="storefrontId">Whose orders.</param>
    /// <param name="person">Whose units.</param>
    /// <param name="after">Those that come after this one; null: from the first on.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<StoredBenefit>> FindAsync(long storefrontId, Person person, BenefitPosition? after, int limit, CancellationToken cancellation);
}

/// <summary>Where a page of benefits ended.</summary>
/// <param name="OrderId">The order of the last unit shown.</param>
/// <param name="UnitId">The last unit shown.</param>
public readonly record struct BenefitPosition(long OrderId, long UnitId);

/// <summary>A unit as it is stored, with what tells whose it is; no code.</summary>
/// <param name="OrderId">Its order.</param>
/// <param name="ClientReference">The storefront's number of that order.</param>
/// <param name="LineId">Its line.</param>
/// <param name="UnitId">Itself.</param>
/// <param name="SkuId">What was sold.</param>
/// <param name="State">Where it stands.</param>
/// <param name="ExpiresOn">The last day of its code, as a day number.</param>
/// <param name="DeliveredAtMs">Unix milliseconds.</param>
/// <param name="ReplacesUnitId">The unit whose place it took.</param>
/// <param name="Recipient">Encrypted for the line.</param>
public sealed record StoredBenefit(
    long OrderId, string ClientReference, long LineId, long UnitId, long SkuId, UnitState State, int? ExpiresOn, long? DeliveredAtMs, long? ReplacesUnitId, byte[]? Recipient);
