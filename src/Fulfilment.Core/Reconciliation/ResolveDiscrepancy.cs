using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Reconciliation;

/// <summary>Notes how a discrepancy was settled with the supplier. It changes neither money nor units.</summary>
public sealed class ResolveDiscrepancy(IDiscrepancyStore store)
{
    private const int LongestNote = 1_000;

    /// <summary>The discrepancy; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.NotPending"/>.</summary>
    public async Task<Result<KnownDiscrepancy>> RunAsync(long id, string? note, Actor actor) =>
        Field.Text(note, "/note", LongestNote, required: true, lines: true) is { } malformed
            ? malformed
            : await store.ResolveAsync(id, note!, actor).ConfigureAwait(false);
}
