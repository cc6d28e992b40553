using Fulfilment.Core.Ids;

namespace Fulfilment.Core.AfterSales;

/// <summary>A replacement or a refund of units of one order: done as a whole, or not at all.</summary>
public sealed record AfterSalesCase
{
    /// <summary>Most units in one case; what is done is one transaction.</summary>
    public const int MostUnits = 500;

    /// <summary>From waiting to one of two ends.</summary>
    public static readonly StateTable<AfterSalesStatus> States = new((AfterSalesStatus.PendingApproval, [AfterSalesStatus.Done, AfterSalesStatus.Rejected]));

    /// <summary>Shown as <c>afs_…</c>; the time of the request is in it.</summary>
    public required long Id { get; init; }

    /// <summary>Whose order it is.</summary>
    public required long StorefrontId { get; init; }

    /// <summary>The order.</summary>
    public required long OrderId { get; init; }

    /// <summary>What is asked for.</summary>
    public required AfterSalesKind Kind { get; init; }

    /// <summary>Where it stands.</summary>
    public required AfterSalesStatus Status { get; init; }

    /// <summary>Why it was asked for.</summary>
    public required string Reason { get; init; }

    /// <summary>The owner of the key it was asked with: <c>storefront:shop-1</c>, <c>operator:li</c>.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Its units, by id.</summary>
    public required IReadOnlyList<AfterSalesUnit> Units { get; init; }

    /// <summary>When it was decided, in Unix milliseconds; null while it waits.</summary>
    public long? DecidedAtMs { get; init; }

    /// <summary>Which operator decided; null while it waits, and when the rules let it through.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>Why the operator decided so.</summary>
    public string? DecisionReason { get; init; }

    /// <summary>The time in its id.</summary>
    public DateTimeOffset CreatedAt => IdGenerator.TimeOf(Id);
}

/// <summary>A unit of an after-sales case.</summary>
/// <param name="UnitId">Shown as <c>unt_…</c>.</param>
/// <param name="SkuId">What it is a unit of.</param>
/// <param name="RevealedAtMs">When its code was first shown, in Unix milliseconds; null: never.</param>
/// <param name="AutomaticDay">The business day whose allowance let it through, though its code was shown.</param>
/// <param name="NewUnitId">The unit that took its place.</param>
/// <param name="Refunded">The money that went back.</param>
public sealed record AfterSalesUnit(long UnitId, long SkuId, long? RevealedAtMs, int? AutomaticDay = null, long? NewUnitId = null, Money? Refunded = null);

/// <summary>What is asked for. Stored as numbers; in the API camel case.</summary>
public enum AfterSalesKind
{
    /// <summary>Another code of the same SKU.</summary>
    Replacement = 1,

    /// <summary>The price.</summary>
    Refund = 2,
}

/// <summary>Where a case stands. Stored as numbers; in the API camel case.</summary>
public enum AfterSalesStatus
{
    /// <summary>Waits for an operator; nothing has changed.</summary>
    PendingApproval = 10,

    /// <summary>Every unit of it was replaced or refunded.</summary>
    Done = 20,

    /// <summary>Nothing changed, and nothing will.</summary>
    Rejected = 21,
}
