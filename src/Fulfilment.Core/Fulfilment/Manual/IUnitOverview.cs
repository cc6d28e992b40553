using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>Reads units of every storefront for operators.</summary>
public interface IUnitOverview
{
    /// <summary>A page of units that are not delivered, newest first, one state after the other merged; one more than asked for tells that there are more.</summary>
    Task<IReadOnlyList<OverviewUnit>> ListAsync(UnitQuery query, CancellationToken cancellation);

    /// <summary>The unit with everything that was tried for it, or null.</summary>
    Task<UnitHistory?> FindAsync(long unitId, CancellationToken cancellation);

    /// <summary>A page of proposals that wait for a second person, newest first.</summary>
    Task<IReadOnlyList<UnitDecision>> ListPendingDecisionsAsync(long before, int limit, CancellationToken cancellation);

    /// <summary>How many units are not delivered and have not failed, by state and by the age of their order.</summary>
    Task<IReadOnlyList<OpenUnits>> CountOpenAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Money that suppliers may have charged us without our knowing, by supplier, currency and age.</summary>
    Task<IReadOnlyList<UnknownSum>> SumUnknownsAsync(DateTimeOffset now, CancellationToken cancellation);
}

/// <summary>Which units.</summary>
/// <param name="States">In one of these states; none of them delivered.</param>
/// <param name="BeforeOrder">Of this order or an older one.</param>
/// <param name="BeforeUnit">Of that order, older than this unit.</param>
/// <param name="Limit">At most so many.</param>
public sealed record UnitQuery(IReadOnlyList<UnitState> States, long BeforeOrder, long BeforeUnit, int Limit)
{
    /// <summary>The states that a list can be of.</summary>
    public static readonly IReadOnlyList<UnitState> Open = [UnitState.Pending, UnitState.Processing, UnitState.Manual, UnitState.Unknown];

    /// <summary>Which this supplier is at, or may have issued.</summary>
    public long? SupplierId { get; init; }

    /// <summary>Units of this SKU, also as part of a bundle.</summary>
    public long? SkuId { get; init; }

    /// <summary>Ordered before then.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A unit as operators see it.</summary>
public sealed record OverviewUnit
{
    /// <summary>Its order.</summary>
    public required long OrderId { get; init; }

    /// <summary>The unit.</summary>
    public required long Id { get; init; }

    /// <summary>Its line, which owns the recipient.</summary>
    public required long LineId { get; init; }

    /// <summary>Whose order it is.</summary>
    public required long StorefrontId { get; init; }

    /// <summary>What it is.</summary>
    public required long SkuId { get; init; }

    /// <summary>Where it stands.</summary>
    public required UnitState State { get; init; }

    /// <summary>What it is sold for.</summary>
    public required Money Price { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>When something looks at it again.</summary>
    public long? DueAtMs { get; init; }

    /// <summary>Why it was not delivered.</summary>
    public UnitFailure? Failure { get; init; }

    /// <summary>Whether it may have been submitted after the backup that it was restored from: no supplier is asked by itself.</summary>
    public bool ByHand { get; init; }

    /// <summary>Encrypted for the line.</summary>
    public byte[]? Recipient { get; init; }

    /// <summary>Encrypted for the line's first unit.</summary>
    public byte[]? Inputs { get; init; }

    /// <summary>The line's first unit.</summary>
    public long InputsOwner { get; init; }

    /// <summary>Which supplier is at it, or may have issued it.</summary>
    public long? SupplierId { get; init; }

    /// <summary>Who is at it by hand.</summary>
    public UnitLease? Lease { get; init; }

    /// <summary>The proposal that waits for a second person.</summary>
    public long? PendingDecisionId { get; init; }
}

/// <summary>A unit with everything that was tried for it.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Attempts">At suppliers, newest first.</param>
/// <param name="Answers">What suppliers said, newest first.</param>
/// <param name="Decisions">What people decided, newest first.</param>
public sealed record UnitHistory(OverviewUnit Unit, IReadOnlyList<Attempt> Attempts, IReadOnlyList<StoredAnswer> Answers, IReadOnlyList<UnitDecision> Decisions);

/// <summary>What a supplier said, as it is stored.</summary>
/// <param name="AttemptId">About which attempt.</param>
/// <param name="Id">Carries the time; owner of the body.</param>
/// <param name="Source">How it came.</param>
/// <param name="Status">Of HTTP.</param>
/// <param name="Body">Encrypted.</param>
public sealed record StoredAnswer(long AttemptId, long Id, int Source, int? Status, byte[] Body);

/// <summary>Money in unknowns of one supplier, currency and age.</summary>
/// <param name="SupplierId">Which supplier.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Age">How old.</param>
/// <param name="Units">How many units.</param>
/// <param name="Cost">What we owe if all were issued.</param>
/// <param name="Held">What storefronts' money is kept back for them.</param>
public sealed record UnknownSum(long SupplierId, string Currency, UnknownAge Age, int Units, Money Cost, Money Held);

/// <summary>Units of one state and age.</summary>
/// <param name="State">Where they stand.</param>
/// <param name="Age">How long ago they were ordered.</param>
/// <param name="Units">How many.</param>
public sealed record OpenUnits(UnitState State, UnknownAge Age, int Units);

/// <summary>How old an unknown is, counted from its submission.</summary>
public enum UnknownAge
{
    /// <summary>Under an hour.</summary>
    Hour = 0,

    /// <summary>Under a day.</summary>
    Day = 1,

    /// <summary>Under a week.</summary>
    Week = 2,

    /// <summary>A week or more.</summary>
    Older = 3,
}
