using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.CardKeys;

/// <summary>Decides batches that wait for approval. A decision, its audit entry and, for an approved one, the purchase of what is in so far are one transaction.</summary>
public interface IBatchApprovals
{
    /// <summary>
    /// The batch as decided; or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.NotPending"/>, and
    /// <see cref="RefusalCode.SecondPersonRequired"/> to who uploaded it.
    /// </summary>
    Task<Result<Batch>> DecideAsync(long batchId, bool approve, string? reason, Actor actor);
}
