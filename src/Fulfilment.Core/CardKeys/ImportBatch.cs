using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys;

/// <summary>An upload of card keys.</summary>
public sealed record ImportBatchCommand
{
    /// <summary>Who imports: an API key's owner, or <c>command</c>.</summary>
    public required string Owner { get; init; }

    /// <summary>1 to 200 printable ASCII characters, the owner's for ever.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>The SKU's code.</summary>
    public required string Sku { get; init; }

    /// <summary>What one key cost; null: as agreed with the supplier, else nothing.</summary>
    public Money? UnitCost { get; init; }

    /// <summary>ISO 4217; null: as agreed with the supplier, else the SKU's.</summary>
    public string? Currency { get; init; }

    /// <summary>When the cost is owed; null: as agreed with the supplier, else all of it at once.</summary>
    public BatchTerms? Terms { get; init; }

    /// <summary>Who sold them to us, as the importer calls it; the code of a <see cref="Suppliers.Supplier"/> brings in what is agreed.</summary>
    public string? Supplier { get; init; }

    /// <summary>The code of the supplier who uploads; null when it is one of us.</summary>
    public string? BoundSupplier { get; init; }

    /// <summary>The purchase's number.</summary>
    public string? PurchaseReference { get; init; }

    /// <summary>Last day of rows without a date of their own.</summary>
    public DateOnly? ExpiresOn { get; init; }
}

/// <summary>What came of an upload.</summary>
/// <param name="Batch">The batch as it is now.</param>
/// <param name="IsRepeat">Whether everything had been stored before.</param>
public sealed record ImportedBatch(Batch Batch, bool IsRepeat);

/// <summary>How an import goes about its work.</summary>
public sealed record ImportOptions
{
    /// <summary>Rows stored at once: some ten milliseconds of the writer, which is what an order may have to wait for.</summary>
    public int SliceRows { get; init; } = 1_000;

    /// <summary>
    /// Rows sorted before they are cut into slices; a multiple of <see cref="SliceRows"/>. Neither may change while uploads are unfinished:
    /// a resumed upload that is cut otherwise is taken for another.
    /// </summary>
    public int WindowRows { get; init; } = 64_000;
}

/// <summary>How far an upload is, for a progress bar.</summary>
/// <param name="Rows">Rows read so far.</param>
/// <param name="Bytes">Bytes read so far.</param>
public readonly record struct ImportProgress(long Rows, long Bytes);

/// <summary>
/// Brings card keys into stock as they stream in. Every slice is a transaction with its rows, counts and cost, so an import that breaks
/// leaves a batch that is exact as far as it went; the same upload with the same key goes on from there.
/// </summary>
public sealed class ImportBatch(
    ICatalogue catalogue,
    IBatchStore store,
    IInventory inventory,
    ICodeProtection protection,
    ICardKeyPool pool,
    IdGenerator ids,
    BusinessCalendar calendar,
    TimeProvider time,
    ImportOptions? options = null)
{
    private readonly ImportOptions _options = options ?? new ImportOptions();

    /// <summary>
    /// Reads all rows and stores what is not stored yet. Refuses, in this order: <c>invalid_request</c>, <c>unknown_sku</c>,
    /// <c>idempotency_mismatch</c>, <c>in_progress</c>, and <c>batch_recalled</c> when the batch is withdrawn meanwhile. Throws what the reader throws, the stored slices remaining.
    /// </summary>
    public async Task<Result<ImportedBatch>> RunAsync(
        ImportBatchCommand command, ICardKeyRowReader rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(rows);
        if (ImportRules.CheckKey(command.IdempotencyKey) is { } badKey)
        {
            return badKey;
        }

        var begun = await inventory.FindAsync(command.Owner, command.IdempotencyKey, cancellation).ConfigureAwait(false);
        var details = ImportDetails.Of(command, catalogue.Current, begun?.Details);
        if (details.Refusal is { } refusal)
        {
            return refusal;
        }

        var block = new CardKeyRowBlock(_options.SliceRows);
        if (!await rows.ReadAsync(block, cancellation).ConfigureAwait(false))
        {
            return NoRows(rows);
        }

        var clock = new ImportClock(ids.Next(), time);
        var batch = New(command, details.Value);
        var claim = await store.ClaimAsync(batch, clock.Lease).ConfigureAwait(false);
        if (claim.Batch.Details != batch.Details)
        {
            return Mismatch("The idempotency key belongs to an import with another SKU, cost, currency, terms, supplier, purchase reference or expiry.");
        }

        if (claim.Batch.IsReceiving && !claim.Claimed)
        {
            return InProgress;
        }

        using var run = new ImportRun(store, protection, ids, calendar, clock, claim, block, _options);
        return claim.Claimed
            ? await StoreAsync(run, claim.Batch, rows, progress, cancellation).ConfigureAwait(false)
            : await CompareAsync(run, claim.Batch, rows, progress, cancellation).ConfigureAwait(false);
    }

    /// <summary>Why a file whose reader found no rows is refused.</summary>
    internal static Refusal NoRows(ICardKeyRowReader rows) => new(RefusalCode.InvalidRequest, Detail: rows.Fault ?? "The file has no rows.");

    private static Refusal InProgress { get; } = new(RefusalCode.InProgress);

    private static Refusal OtherContent { get; } = Mismatch("The idempotency key belongs to an import of other rows.");

    private static Refusal Mismatch(string detail) => new(RefusalCode.IdempotencyMismatch, Detail: detail);

    private async Task<Result<ImportedBatch>> StoreAsync(
        ImportRun run, Batch stored, ICardKeyRowReader rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        Batch? completed = null;
        try
        {
            var end = await run.ReadToEndAsync(rows, progress, cancellation).ConfigureAwait(false);
            if (end == ImportEnd.OtherContent)
            {
                return OtherContent;
            }

            if (end == ImportEnd.AllProcessed)
            {
                completed = await store.CompleteAsync(stored.Id, run.Lease, run.Position, time.GetUtcNow(), ids.Next()).ConfigureAwait(false);
            }

            return completed is null ? await WhyStoppedAsync(stored.Id).ConfigureAwait(false) : new ImportedBatch(completed, IsRepeat: false);
        }
        finally
        {
            if (completed is null)
            {
                await store.ReleaseAsync(stored.Id, run.Lease).ConfigureAwait(false);
            }

            // Keys that expire before those in the window have to be sold before them.
            pool.Reset(stored.Details.SkuId);
        }
    }

    // The lease was lost: to another upload, or with the batch.
    private async Task<Refusal> WhyStoppedAsync(long batchId)
    {
        var batch = await inventory.FindAsync(batchId, CancellationToken.None).ConfigureAwait(false);
        return batch is { IsWithdrawn: true } ? new Refusal(RefusalCode.BatchRecalled) : InProgress;
    }

    private static async Task<Result<ImportedBatch>> CompareAsync(
        ImportRun run, Batch stored, ICardKeyRowReader rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var end = await run.ReadToEndAsync(rows, progress, cancellation).ConfigureAwait(false);
        return end == ImportEnd.AllProcessed ? new ImportedBatch(stored, IsRepeat: true) : OtherContent;
    }

    private Batch New(ImportBatchCommand command, ImportDetails details) => new()
    {
        Id = ids.Next(),
        Details = details.Details,
        Status = details.Differs ? BatchStatus.AwaitingApproval : BatchStatus.Importing,
        Approved = !details.Differs,
        Owner = command.Owner,
        IdempotencyKey = command.IdempotencyKey,
        ContentHash = ReadOnlyMemory<byte>.Empty,
        Processed = 0,
        Accepted = 0,
        Duplicate = 0,
        Rejected = 0,
    };
}
