using System.Globalization;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>Takes in what a supplier tells us by itself, in any order and any number of times: before our own answer, after our query, or about nothing that we know.</summary>
public sealed class AcceptCallback(IFulfilmentStore store, RecordOutcome record, ISupplierVault vault, IdGenerator ids, TimeProvider time)
{
    private const int LongestReference = 200;

    /// <summary>Completes when the callback and what it changes are durable; only then may it be answered.</summary>
    /// <param name="supplier">Whose callback address it came to.</param>
    /// <param name="callback">As its adapter verified it.</param>
    /// <param name="raw">As it came: the body, or for a callback without one the query string.</param>
    public async Task RunAsync(Supplier supplier, ParsedCallback.Verified callback, RawAnswer raw)
    {
        ArgumentNullException.ThrowIfNull(supplier);
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(raw);
        var recorded = await store.RunAsync(async transaction =>
        {
            // The supplier signs for its own attempts alone.
            if (!long.TryParse(callback.Reference, NumberStyles.None, CultureInfo.InvariantCulture, out var attemptId)
                || await transaction.FindAttemptAsync(attemptId).ConfigureAwait(false) is not { } attempt || attempt.SupplierId != supplier.Id)
            {
                await KeepStrayAsync(transaction, supplier, callback.Reference, raw).ConfigureAwait(false);
                return null;
            }

            return await record.ApplyAsync(transaction, attemptId, new SupplierAnswer.Answered(callback.Outcome, raw), AnswerSource.Callback).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (recorded is not null)
        {
            record.Tell(recorded);
        }
    }

    private async ValueTask KeepStrayAsync(IFulfilmentTransaction transaction, Supplier supplier, string reference, RawAnswer raw)
    {
        var id = ids.Next();
        var shortened = reference.Length > LongestReference ? reference[..LongestReference] : reference;
        await transaction.KeepStrayAsync(id, supplier.Id, shortened, vault.ProtectAnswer(id, raw.Body)).ConfigureAwait(false);
        await transaction.RaiseAsync(
            new NewAlert(
                AlertKind.StrayCallback, AlertSeverity.Warning, $"supplier:{supplier.Code}", $"stray:{supplier.Id}",
                AlertText.Of(
                    $"{supplier.Code} sent a verified callback for an attempt that we do not know; it is kept.",
                    $"{supplier.Code} 发来一条验签通过的回调,但对应的提交记录不存在;回调已留存。")),
            ids.Next(), time.GetUtcNow()).ConfigureAwait(false);
    }
}
