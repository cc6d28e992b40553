using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.AfterSales;

/// <summary>Card keys that did not work.</summary>
public interface IBadCardStore
{
    /// <summary>
    /// Flags the key that the unit was delivered with, once, with an audit entry: a key that is flagged already stays as it is.
    /// <see cref="RefusalCode.NotFound"/> without such a unit, <see cref="RefusalCode.NotEligible"/> when it was delivered no key.
    /// </summary>
    Task<Result<ReportedBadCard>> FlagAsync(NewBadCard report);

    /// <summary>A page of bad cards, newest report first.</summary>
    Task<IReadOnlyList<BadCard>> ListAsync(BadCardQuery query, CancellationToken cancellation);
}

/// <summary>A report to store.</summary>
/// <param name="Id">The flag's id, if it is new.</param>
/// <param name="AuditId">The audit entry's id, likewise.</param>
/// <param name="UnitId">The unit whose code did not work.</param>
/// <param name="Reason">What the buyer says.</param>
/// <param name="Actor">Who reports it.</param>
public sealed record NewBadCard(long Id, long AuditId, long UnitId, string Reason, Actor Actor);

/// <summary>Which bad cards.</summary>
/// <param name="Before">Reported before this flag.</param>
/// <param name="Limit">At most so many.</param>
public sealed record BadCardQuery(long Before, int Limit)
{
    /// <summary>From batches of this supplier, as the importer called it.</summary>
    public string? Supplier { get; init; }

    /// <summary>Reported then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Reported before then.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A card key that did not work, with what its supplier needs to know.</summary>
/// <param name="Id">The flag's id; the time of the report is in it.</param>
/// <param name="CardKeyId">Shown as <c>crd_…</c>.</param>
/// <param name="UnitId">The unit it was delivered to.</param>
/// <param name="OrderId">The unit's order.</param>
/// <param name="SkuId">What it is a key of.</param>
/// <param name="BatchId">The import it came with.</param>
/// <param name="Supplier">Who sold it to us, as the importer calls it.</param>
/// <param name="PurchaseReference">The purchase's number.</param>
/// <param name="UnitCost">What it had cost.</param>
/// <param name="Currency">ISO 4217, of the cost.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="ReportedBy">Who says so.</param>
public sealed record BadCard(
    long Id, long CardKeyId, long UnitId, long OrderId, long SkuId, long BatchId, string? Supplier, string? PurchaseReference, Money UnitCost, string Currency,
    string Reason, string ReportedBy);

/// <summary>A bad card that was reported.</summary>
/// <param name="Card">As it was first reported.</param>
/// <param name="IsRepeat">Whether it had been reported before.</param>
public sealed record ReportedBadCard(BadCard Card, bool IsRepeat);
