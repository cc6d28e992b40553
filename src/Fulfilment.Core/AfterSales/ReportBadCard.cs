using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.AfterSales;

/// <summary>Notes that a delivered code did not work, to be claimed from its supplier. It changes neither the unit nor money.</summary>
public sealed class ReportBadCard(IBadCardStore store, IdGenerator ids)
{
    private const int LongestReason = 500;

    /// <summary>
    /// The bad card, as it was first reported; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>,
    /// <see cref="RefusalCode.NotEligible"/>.
    /// </summary>
    public async Task<Result<ReportedBadCard>> HandleAsync(long unitId, string? reason, Actor actor) =>
        Field.Text(reason, "/reason", LongestReason, required: true) is { } malformed
            ? malformed
            : await store.FlagAsync(new NewBadCard(ids.Next(), ids.Next(), unitId, reason!, actor)).ConfigureAwait(false);
}
