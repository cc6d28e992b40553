using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Sandbox;

/// <summary>What becomes of an after-sales case in the sandbox. Stored as numbers.</summary>
public enum SandboxVerdict
{
    /// <summary>Done with the request, because no code of it was shown.</summary>
    Through = 1,

    /// <summary>Waits, then is done.</summary>
    Approve = 2,

    /// <summary>Waits, then is rejected.</summary>
    Reject = 3,
}

/// <summary>An after-sales case of the sandbox as it is stored: what it is to come to, not where it stands.</summary>
/// <param name="Id">Shown as <c>afs_…</c>; the time of the request is in it.</param>
/// <param name="StorefrontId">Whose it is.</param>
/// <param name="OrderId">Of which order.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="Reason">Why it was asked for.</param>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Units">Its units, by id, with what each gets if the case is done.</param>
public sealed record SandboxCase(
    long Id, long StorefrontId, long OrderId, AfterSalesKind Kind, string Reason, SandboxVerdict Verdict, IReadOnlyList<AfterSalesUnit> Units)
{
    /// <summary>How long a case waits for the operator who is not there.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    /// <summary>When it is decided.</summary>
    public DateTimeOffset DecidedAt => IdGenerator.TimeOf(Id) + (Verdict == SandboxVerdict.Through ? TimeSpan.Zero : Wait);

    /// <summary>Where it stands then.</summary>
    public AfterSalesStatus StatusAt(DateTimeOffset now) => Verdict != SandboxVerdict.Through && now < DecidedAt ? AfterSalesStatus.PendingApproval : Verdict switch
    {
        SandboxVerdict.Through or SandboxVerdict.Approve => AfterSalesStatus.Done,
        SandboxVerdict.Reject => AfterSalesStatus.Rejected,
    };

    /// <summary>The case as it is then, in the form of a real one.</summary>
    public AfterSalesCase At(DateTimeOffset now)
    {
        var status = StatusAt(now);
        return new AfterSalesCase
        {
            Id = Id,
            StorefrontId = StorefrontId,
            OrderId = OrderId,
            Kind = Kind,
            Status = status,
            Reason = Reason,
            RequestedBy = "sandbox",
            Units = status == AfterSalesStatus.Done ? Units : [.. Units.Select(unit => unit with { NewUnitId = null, Refunded = null })],
            DecidedAtMs = status == AfterSalesStatus.PendingApproval ? null : DecidedAt.ToUnixTimeMilliseconds(),
            DecisionReason = Verdict == SandboxVerdict.Through || status == AfterSalesStatus.PendingApproval ? null
                : status == AfterSalesStatus.Done ? "The sandbox approves." : "The sandbox rejects, as the reason asked.",
        };
    }
}
