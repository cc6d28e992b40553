using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Reconciliation;

/// <summary>
/// Shows the code that is quarantined for a discrepancy, so that it can be claimed from the supplier. It is a reveal like any other: who and when is on disk, and
/// counted, before anything is answered.
/// </summary>
public sealed class RevealQuarantined(IDiscrepancyStore store, ICodeProtection codes, IAuditStore audit, IdGenerator ids)
{
    private static readonly Refusal None = new(RefusalCode.StateConflict, Detail: "No code is quarantined for it: none came, it is a card key of ours, or it is none that could be kept as a code.");

    /// <summary>The code; or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.StateConflict"/>: there is none.</summary>
    public async Task<Result<CodeText>> RunAsync(long id, Actor actor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await store.FindAsync(id, cancellation).ConfigureAwait(false) is not { } found)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        if (found.Discrepancy.Code is not { } quarantined)
        {
            return None;
        }

        var code = codes.Reveal(id, quarantined);
        await audit.RecordAsync(new AuditEntry(
            ids.Next(), actor, "discrepancy.codeRevealed", $"discrepancy:{PublicId.Format(PublicId.Discrepancy, id)}", After: """{"codes":1}""", CodesShown: 1)).ConfigureAwait(false);
        return code;
    }
}
