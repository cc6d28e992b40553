using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys;

/// <summary>One import of card keys as it is stored.</summary>
public sealed record Batch
{
    /// <summary>Shown as <c>bat_…</c>; carries the time of creation.</summary>
    public required long Id { get; init; }

    /// <summary>What its keys are of and what they cost.</summary>
    public required BatchDetails Details { get; init; }

    /// <summary>Where the import stands.</summary>
    public required BatchStatus Status { get; init; }

    /// <summary>Whether an operator has taken it out of sale, reversibly; its keys keep their own states.</summary>
    public bool Frozen { get; init; }

    /// <summary>Whether a restore took it out of sale and nobody has released it since; it is frozen meanwhile.</summary>
    public bool Restored { get; init; }

    /// <summary>
    /// Whether it is taken on: it came at what is agreed, or somebody has approved it. Until then nothing of it is owed; one that is recalled
    /// before it is approved never was.
    /// </summary>
    public bool Approved { get; init; } = true;

    /// <summary>Whether rows may still come in, be it to be sold or to wait for approval.</summary>
    public bool IsReceiving => CompletedAt is null && Status is (BatchStatus.Importing or BatchStatus.AwaitingApproval);

    /// <summary>Whether it ended without being sold: recalled, or not approved.</summary>
    public bool IsWithdrawn => Status is (BatchStatus.Recalled or BatchStatus.Failed);

    /// <summary>Whether its available keys can be sold.</summary>
    public bool Sells => new BatchSale(Status, Frozen).Sells;

    /// <summary>Who imports: an API key's owner, or <c>command</c>.</summary>
    public required string Owner { get; init; }

    /// <summary>Unique for the owner, for ever.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>SHA-256 over what tells the rows apart, up to the end of the window that was last stored from; see <see cref="ImportOptions"/>.</summary>
    public required ReadOnlyMemory<byte> ContentHash { get; init; }

    /// <summary>Rows that are decided: accepted, duplicate or rejected.</summary>
    public required long Processed { get; init; }

    /// <summary>Rows that became card keys.</summary>
    public required long Accepted { get; init; }

    /// <summary>Rows whose code was known already.</summary>
    public required long Duplicate { get; init; }

    /// <summary>Rows that could not be read, or had expired.</summary>
    public required long Rejected { get; init; }

    /// <summary>When the last row was in.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Rows of the whole file; null while it is not known.</summary>
    public long? Total => CompletedAt is null ? null : Processed;

    /// <summary>When the first row came in.</summary>
    public DateTimeOffset CreatedAt => IdGenerator.TimeOf(Id);
}

/// <summary>What an import says about its card keys. The same idempotency key with other details is another request.</summary>
/// <param name="SkuId">The SKU.</param>
/// <param name="UnitCost">What one key cost.</param>
/// <param name="Currency">ISO 4217, of the cost.</param>
/// <param name="Supplier">Who sold them to us, as the importer calls it.</param>
/// <param name="PurchaseReference">The purchase's number in somebody's books.</param>
/// <param name="DefaultExpiresOn">Day number (<see cref="ExpiryDay"/>) for rows without a date of their own.</param>
/// <param name="Terms">When the cost is owed.</param>
public sealed record BatchDetails(
    long SkuId, Money UnitCost, string Currency, string? Supplier, string? PurchaseReference, int DefaultExpiresOn, BatchTerms Terms = BatchTerms.Purchased);

/// <summary>What decides whether a batch's available keys can be sold.</summary>
/// <param name="Status">Where the import stands.</param>
/// <param name="Frozen">Whether an operator has taken it out of sale, reversibly.</param>
public readonly record struct BatchSale(BatchStatus Status, bool Frozen)
{
    /// <summary>Whether they can be sold now.</summary>
    public bool Sells => !Frozen && Status is (BatchStatus.Importing or BatchStatus.Completed);

    /// <summary>Whether they never can be again.</summary>
    public bool IsWithdrawn => Status is (BatchStatus.Failed or BatchStatus.Recalled);
}

/// <summary>When the cost of a batch's card keys is owed. Stored as numbers; in the API camel case.</summary>
public enum BatchTerms
{
    /// <summary>All of it from the import on; what is voided or expires is our loss.</summary>
    Purchased = 1,

    /// <summary>Of each key once it is sold; what is never sold was never ours.</summary>
    Consigned = 2,
}

/// <summary>Where an import stands. Stored as numbers; in the API camel case.</summary>
public enum BatchStatus
{
    /// <summary>Rows are coming in; those committed can be sold.</summary>
    Importing = 10,

    /// <summary>Waits for an operator; nothing of it can be sold. Its rows may be coming in still, or be in: see <see cref="Batch.CompletedAt"/>.</summary>
    AwaitingApproval = 11,

    /// <summary>All rows are in.</summary>
    Completed = 20,

    /// <summary>An operator did not approve it; nothing of it can be sold.</summary>
    Failed = 21,

    /// <summary>Withdrawn; nothing of it can be sold any more.</summary>
    Recalled = 22,
}
