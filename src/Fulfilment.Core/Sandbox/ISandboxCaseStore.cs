using Fulfilment.Core.AfterSales;

namespace Fulfilment.Core.Sandbox;

/// <summary>After-sales cases of the sandbox. Every look-up names the storefront, so that another's case is simply not there.</summary>
public interface ISandboxCaseStore
{
    /// <summary>
    /// Stores what <paramref name="judge"/> makes of the order as it is stored; or, when the storefront has used the idempotency key before, gives the
    /// case of then. Or what the judge refuses with, <see cref="RefusalCode.IdempotencyMismatch"/> or <see cref="RefusalCode.NotFound"/>: then nothing
    /// is stored.
    /// </summary>
    Task<Result<RequestedSandboxCase>> OpenAsync(long storefrontId, long orderId, string idempotencyKey, byte[] hash, Func<SandboxOrder, Result<SandboxCase>> judge);

    /// <summary>The case, or null.</summary>
    Task<SandboxCase?> FindAsync(long storefrontId, long caseId, CancellationToken cancellation);

    /// <summary>A page of cases, newest first, whose status is what it is <paramref name="now"/>.</summary>
    Task<IReadOnlyList<SandboxCase>> ListAsync(AfterSalesQuery query, DateTimeOffset now, CancellationToken cancellation);
}

/// <summary>A case that was asked for.</summary>
/// <param name="Case">As it is stored.</param>
/// <param name="IsRepeat">Whether an earlier request opened it.</param>
public sealed record RequestedSandboxCase(SandboxCase Case, bool IsRepeat);
