using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.CardKeys;

/// <summary>
/// An operator's word on a batch that differs from what is agreed. It may come while rows are still coming in: approved, those that follow are
/// taken on as they come; rejected, none follows.
/// </summary>
public sealed class DecideBatch(IBatchApprovals store, ICardKeyPool pool)
{
    private const int LongestReason = 500;

    /// <summary>Takes the batch on: it is sold from now on, and owed.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="reason">For the audit; may be null.</param>
    /// <param name="actor">An operator who did not upload it.</param>
    public async Task<Result<Batch>> ApproveAsync(long batchId, string? reason, Actor actor)
    {
        var decided = await DecideAsync(batchId, approve: true, reason, actor).ConfigureAwait(false);
        if (decided.Refusal is null)
        {
            // Its keys may expire before those in the window.
            pool.Reset(decided.Value.Details.SkuId);
        }

        return decided;
    }

    /// <summary>Turns the batch down: nothing of it is sold, and nothing owed. Its keys are voided in time.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="reason">For the audit; required.</param>
    /// <param name="actor">An operator who did not upload it.</param>
    public async Task<Result<Batch>> RejectAsync(long batchId, string? reason, Actor actor) =>
        Field.Text(reason, "/reason", LongestReason, required: true) is { } fault ? fault : await DecideAsync(batchId, approve: false, reason, actor).ConfigureAwait(false);

    private async Task<Result<Batch>> DecideAsync(long batchId, bool approve, string? reason, Actor actor) =>
        Field.Text(reason, "/reason", LongestReason) is { } fault ? fault : await store.DecideAsync(batchId, approve, reason, actor).ConfigureAwait(false);
}
