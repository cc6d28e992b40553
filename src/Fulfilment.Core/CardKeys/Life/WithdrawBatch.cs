using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys.Life;

/// <summary>
/// Takes a batch out of sale: frozen, it comes back as it was; recalled, never. Either is a change of the batch's one row, and from its commit on
/// no key of the batch is sold. What a recall leaves unsold is voided afterwards by <see cref="VoidWithdrawnBatches"/>.
/// Asked twice, it answers with the batch as it is, and changes and audits nothing.
/// </summary>
public sealed class WithdrawBatch(IBatchLifeStore store, ICardKeyPool pool, IdGenerator ids)
{
    /// <summary>
    /// Stops the sale. Refuses <c>invalid_request</c>, <c>not_found</c>, <c>state_conflict</c> for a batch that is recalled or rejected, and
    /// <c>batch_restored</c> for one that waits for its release after a restore.
    /// </summary>
    public Task<Result<Batch>> FreezeAsync(long batchId, string? reason, Actor actor) =>
        ChangeAsync(batchId, reason, actor, "batch.frozen", batch => Conflict(batch) ?? (Result<Batch>)(batch with { Frozen = true }));

    /// <summary>Lets it be sold again. Refuses as <see cref="FreezeAsync"/> does.</summary>
    public Task<Result<Batch>> UnfreezeAsync(long batchId, string? reason, Actor actor) =>
        ChangeAsync(batchId, reason, actor, "batch.unfrozen", batch => Conflict(batch) ?? (Result<Batch>)(batch with { Frozen = false }));

    /// <summary>Withdraws it for good, also while it is imported. Refuses <c>invalid_request</c>, <c>not_found</c>, and <c>state_conflict</c> for a batch that was rejected.</summary>
    public Task<Result<Batch>> RecallAsync(long batchId, string? reason, Actor actor) =>
        ChangeAsync(batchId, reason, actor, "batch.recalled", batch => batch.Status == BatchStatus.Failed ? Withdrawn(batch) : batch with { Status = BatchStatus.Recalled });

    private static Refusal? Conflict(Batch batch) => batch switch
    {
        { Status: BatchStatus.Failed or BatchStatus.Recalled } => Withdrawn(batch),
        { Restored: true } => new Refusal(RefusalCode.BatchRestored),
        _ => null,
    };

    private static Refusal Withdrawn(Batch batch) => new(RefusalCode.StateConflict, Detail: $"The batch is {LifeText.Name(batch.Status)}.");

    private async Task<Result<Batch>> ChangeAsync(long batchId, string? reason, Actor actor, string action, Func<Batch, Result<Batch>> change)
    {
        if (LifeText.CheckReason(reason) is { } fault)
        {
            return fault;
        }

        var changed = false;
        var answer = await store.ChangeAsync(batchId, before =>
        {
            var after = change(before);
            if (after.Refusal is { } refusal || after.Value == before)
            {
                changed = false;
                return new BatchChange(after);
            }

            changed = true;
            var subject = $"batch:{PublicId.Format(PublicId.Batch, batchId)}";
            return new BatchChange(after, new AuditEntry(ids.Next(), actor, action, subject, LifeText.Image(before), LifeText.Image(after.Value, reason)));
        }).ConfigureAwait(false);
        if (changed)
        {
            // In front of the window stand keys that are not sold any more, or behind its cursor keys that are sold again.
            pool.Reset(answer.Value.Details.SkuId);
        }

        return answer;
    }
}
