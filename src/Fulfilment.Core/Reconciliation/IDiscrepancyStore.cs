using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Reconciliation;

/// <summary>What does not match between suppliers and us.</summary>
public interface IDiscrepancyStore
{
    /// <summary>A page of discrepancies, newest first.</summary>
    Task<IReadOnlyList<KnownDiscrepancy>> ListAsync(DiscrepancyQuery query, CancellationToken cancellation);

    /// <summary>One with its quarantined code, encrypted; or null.</summary>
    Task<KnownDiscrepancy?> FindAsync(long id, CancellationToken cancellation);

    /// <summary>
    /// Notes how one was settled, audited. <see cref="RefusalCode.NotFound"/>, or <see cref="RefusalCode.NotPending"/>: it was settled before.
    /// </summary>
    Task<Result<KnownDiscrepancy>> ResolveAsync(long id, string note, Actor actor);
}

/// <summary>Which discrepancies.</summary>
/// <param name="Before">Older than this one.</param>
/// <param name="Limit">At most so many.</param>
public sealed record DiscrepancyQuery(long Before, int Limit)
{
    /// <summary>In this status.</summary>
    public DiscrepancyStatus? Status { get; init; }

    /// <summary>With this supplier.</summary>
    public long? SupplierId { get; init; }
}

/// <summary>A discrepancy, and how it was settled.</summary>
/// <param name="Discrepancy">What does not match.</param>
/// <param name="HasCode">Whether a code is quarantined.</param>
/// <param name="ResolvedAtMs">When it was settled.</param>
/// <param name="ResolvedBy">By whom.</param>
/// <param name="Note">How.</param>
public sealed record KnownDiscrepancy(Discrepancy Discrepancy, bool HasCode, long? ResolvedAtMs, string? ResolvedBy, string? Note);
