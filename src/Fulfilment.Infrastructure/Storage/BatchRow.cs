using Fulfilment.Core;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>A row of <c>batches</c> as Dapper reads and writes it.</summary>
internal class BatchRow
{
    /// <summary>Whether a batch's available keys can be sold: importing (10) or completed (20), and not frozen. In statements that name the table batches.</summary>
    public const string Sells = "batches.frozen = 0 AND batches.status IN (10, 20)";

    /// <summary>
    /// The terms on which a batch's cost stands in the books, in statements that call the table b: one that nobody has approved was never
    /// ours, as consigned (2) keys are not.
    /// </summary>
    public const string TermsInBooks = "CASE b.approved WHEN 1 THEN b.terms ELSE 2 END";

    public const string Columns = """
        id AS Id, sku_id AS SkuId, status AS Status, supplier AS Supplier, purchase_reference AS PurchaseReference, unit_cost AS UnitCost,
        currency AS Currency, default_expires_on AS DefaultExpiresOn, owner AS Owner, idempotency_key AS IdempotencyKey, content_hash AS ContentHash,
        processed AS Processed, accepted AS Accepted, duplicate AS Duplicate, rejected AS Rejected, completed_at AS CompletedAt,
        terms AS Terms, frozen AS IsFrozen, CASE WHEN restored_at IS NULL THEN 0 ELSE 1 END AS IsRestored, approved AS Approved
        """;

    public long Id { get; init; }

    public long SkuId { get; init; }

    public int Status { get; init; }

    public string? Supplier { get; init; }

    public string? PurchaseReference { get; init; }

    public long UnitCost { get; init; }

    public string Currency { get; init; } = "";

    public int DefaultExpiresOn { get; init; }

    public string Owner { get; init; } = "";

    public string IdempotencyKey { get; init; } = "";

    public byte[] ContentHash { get; init; } = [];

    public long Processed { get; init; }

    public long Accepted { get; init; }

    public long Duplicate { get; init; }

    public long Rejected { get; init; }

    public long? CompletedAt { get; init; }

    public int Terms { get; init; }

    public bool IsFrozen { get; init; }

    public bool IsRestored { get; init; }

    public bool Approved { get; init; }

    public static BatchRow From(Batch batch) => new()
    {
        Id = batch.Id,
        SkuId = batch.Details.SkuId,
        Status = (int)batch.Status,
        Supplier = batch.Details.Supplier,
        PurchaseReference = batch.Details.PurchaseReference,
        UnitCost = batch.Details.UnitCost.TenThousandths,
        Currency = batch.Details.Currency,
        DefaultExpiresOn = batch.Details.DefaultExpiresOn,
        Terms = (int)batch.Details.Terms,
        Approved = batch.Approved,
        Owner = batch.Owner,
        IdempotencyKey = batch.IdempotencyKey,
        ContentHash = batch.ContentHash.ToArray(),
    };

    public Batch ToBatch() => new()
    {
        Id = Id,
        Details = new BatchDetails(SkuId, new Money(UnitCost), Currency, Supplier, PurchaseReference, DefaultExpiresOn, (BatchTerms)Terms),
        Status = (BatchStatus)Status,
        Frozen = IsFrozen,
        Restored = IsRestored,
        Approved = Approved,
        Owner = Owner,
        IdempotencyKey = IdempotencyKey,
        ContentHash = ContentHash,
        Processed = Processed,
        Accepted = Accepted,
        Duplicate = Duplicate,
        Rejected = Rejected,
        CompletedAt = CompletedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
    };
}
