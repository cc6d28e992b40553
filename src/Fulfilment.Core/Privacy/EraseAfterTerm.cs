using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Privacy;

/// <summary>How long personal data is kept.</summary>
/// <param name="Days">After an order was closed; null: for ever.</param>
public sealed record RetentionOptions(int? Days);

/// <summary>Erases the personal data of orders that were closed longer ago than the term, in pieces; stopped at any point it goes on there the next time.</summary>
public sealed class EraseAfterTerm(IPersonalDataStore store, RetentionOptions options, IdGenerator ids, TimeProvider time)
{
    private static readonly Actor Engine = new("engine:retention", null);

    /// <summary>How many orders held something and no longer do.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (options.Days is not { } days)
        {
            return 0;
        }

        var before = time.GetUtcNow().AddDays(-days);
        var erased = 0;
        var piece = default(RetentionPiece);
        while (!piece.IsLast)
        {
            cancellation.ThrowIfCancellationRequested();
            var entry = erased == 0
                ? new AuditEntry(ids.Next(), Engine, "privacy.termEnded", "orders", After: $$"""{"closedBefore":"{{before.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","days":{{days}}}""")
                : null;
            piece = await store.EraseClosedBeforeAsync(before, piece.RevisitedTo, entry).ConfigureAwait(false);
            erased += piece.Erased;
        }

        if (erased > 0)
        {
            await store.FlushAsync().ConfigureAwait(false);
        }

        return erased;
    }
}
