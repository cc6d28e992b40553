using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ledger;

namespace Fulfilment.Core.Reconciliation;

/// <summary>What does not match between suppliers and us.</summary>
public interface IDiscrepancyStore
{
    /// <summary>A page of discrepancies, newest first.</summary>
    Task<IReadOnlyList<KnownDiscrepancy>> ListAsync(DiscrepancyQuery query, CancellationToken cancellation);

    /// <summary>One with its quarantined code, encrypted; or null.</summary>
    Task<KnownDiscrepancy?> FindAsync(long id, CancellationToken cancellation);

    /// <summary>
    /// Changes one in a transaction of its own, with its transfer and its audit entry, and answers once it is durable. What <paramref name="decide"/> refuses is
    /// left as it is; <see cref="RefusalCode.NotFound"/> where there is none. It may run again when other work got in the way.
    /// </summary>
    Task<Result<KnownDiscrepancy>> ChangeAsync(long id, Func<KnownDiscrepancy, Result<DiscrepancyChange>> decide);
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
/// <param name="Outcome">How the money at stake ends, or is proposed to.</param>
/// <param name="ProposedAtMs">When somebody said how it was settled.</param>
/// <param name="ProposedBy">Who.</param>
/// <param name="ResolvedAtMs">When that was approved, or done.</param>
/// <param name="ResolvedBy">By whom.</param>
/// <param name="Note">How; null: nobody has said, or it was erased.</param>
public sealed record KnownDiscrepancy(
    Discrepancy Discrepancy, bool HasCode, DiscrepancyOutcome? Outcome, long? ProposedAtMs, string? ProposedBy, long? ResolvedAtMs, string? ResolvedBy, SettlementNote? Note);

/// <summary>How a discrepancy was settled, in somebody's own words. No record, so that no log prints it.</summary>
/// <param name="text">How.</param>
/// <param name="rejection">Why a second person said no.</param>
public sealed class SettlementNote(string text, string? rejection = null)
{
    /// <summary>How.</summary>
    public string Text { get; } = text;

    /// <summary>Why a second person said no.</summary>
    public string? Rejection { get; } = rejection;
}

/// <summary>What a discrepancy becomes.</summary>
/// <param name="Before">As it was found.</param>
/// <param name="After">As it is to be.</param>
/// <param name="Transfer">What moves with it.</param>
/// <param name="Entry">For the audit.</param>
public sealed record DiscrepancyChange(KnownDiscrepancy Before, KnownDiscrepancy After, Transfer? Transfer, AuditEntry Entry);
