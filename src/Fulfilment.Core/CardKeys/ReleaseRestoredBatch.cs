using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys;

/// <summary>
/// Puts a batch back on sale that a restore took out of it. Any of its available codes may have been sold after the backup, and only a person can
/// know: from the storefronts' lists, or because nothing was sold. So the person has to name the evidence that was shown.
/// </summary>
public sealed class ReleaseRestoredBatch(IRestoredBatchStore batches, VerifyCustody custody, ICardKeyPool pool, IdGenerator ids, BusinessCalendar calendar)
{
    private const int DaysShown = 14;
    private const int LongestReason = 500;

    /// <summary>Refuses with <c>not_found</c>, or <c>not_restored</c> when the batch does not wait for a release.</summary>
    public async Task<Result<RestoreEvidence>> EvidenceAsync(long batchId, CancellationToken cancellation)
    {
        if (await batches.FindAsync(batchId, cancellation).ConfigureAwait(false) is not { } batch)
        {
            return new Refusal(await batches.ExistsAsync(batchId, cancellation).ConfigureAwait(false) ? RefusalCode.NotRestored : RefusalCode.NotFound);
        }

        var first = calendar.DayOf(batch.BackupTakenAt) - DaysShown + 1;
        var history = await custody.RunBatchAsync(batchId, cancellation).ConfigureAwait(false);
        return new RestoreEvidence(
            batch,
            history.LastAt,
            history.Findings,
            [.. history.DeliveredByDay.Where(day => day.Key >= first).Select(day => new DaySales(DateOnly.FromDayNumber(day.Key), day.Value))]);
    }

    /// <summary>
    /// Refuses, in this order: <c>invalid_request</c>, what <see cref="EvidenceAsync"/> refuses, <c>evidence_outdated</c> when the token is not that of
    /// the evidence as it is now.
    /// </summary>
    public async Task<Result<RestoredBatch>> RunAsync(long batchId, string? reason, string? evidence, Actor actor)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason || !WellFormedText.Is(reason))
        {
            return new Refusal(RefusalCode.InvalidRequest, "/reason", $"Say why, in at most {LongestReason} characters.");
        }

        if (string.IsNullOrWhiteSpace(evidence))
        {
            return new Refusal(RefusalCode.InvalidRequest, "/evidence", "Look at the evidence first, and name its token.");
        }

        var shown = await EvidenceAsync(batchId, CancellationToken.None).ConfigureAwait(false);
        if (shown.Refusal is { } refusal)
        {
            return refusal;
        }

        if (!string.Equals(evidence, shown.Value.Token, StringComparison.Ordinal))
        {
            return new Refusal(RefusalCode.EvidenceOutdated, "/evidence");
        }

        var batch = shown.Value.Batch;
        var audit = new AuditEntry(
            ids.Next(), actor, "batch.released", $"batch:{PublicId.Format(PublicId.Batch, batchId)}",
            Before: """{"frozen":true}""",
            After: System.Text.Json.JsonSerializer.Serialize(new ReleaseImage(batch.WasFrozen, reason, evidence), ReleaseJson.Default.ReleaseImage));

        // A key that is voided meanwhile is out of sale whatever its batch; nothing can have become sellable that was not seen.
        if (!await batches.ReleaseAsync(batchId, batch.RestoredAt, audit).ConfigureAwait(false))
        {
            return new Refusal(RefusalCode.NotRestored);
        }

        pool.Reset(batch.SkuId);
        return batch;
    }
}

/// <summary>What the audit keeps of a release.</summary>
internal sealed record ReleaseImage(bool Frozen, string Reason, string Evidence);

[System.Text.Json.Serialization.JsonSerializable(typeof(ReleaseImage))]
[System.Text.Json.Serialization.JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class ReleaseJson : System.Text.Json.Serialization.JsonSerializerContext;
