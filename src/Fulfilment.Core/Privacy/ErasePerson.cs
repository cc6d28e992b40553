using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Privacy;

/// <summary>
/// Erases what orders hold of a person: recipients, inputs, buyers and the hashes they are found by. In pieces, so that a host beside it goes on selling;
/// stopped and started again it goes on, and a second time it finds nothing. A repeat of such an order is still known by its reference and its content.
/// </summary>
public sealed class ErasePerson(IPersonalDataStore store, IAuditStore audit, IdGenerator ids)
{
    private const int OrdersAPiece = 100;

    /// <summary>What was erased, and how many open orders keep what they need.</summary>
    public async Task<ErasedPerson> RunAsync(Person person, IReadOnlyList<long> storefronts, Actor actor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(storefronts);
        var (orders, lines, open) = (0, 0, 0);
        foreach (var storefront in storefronts)
        {
            ErasedCounts piece;
            do
            {
                cancellation.ThrowIfCancellationRequested();
                piece = await store.EraseAsync(storefront, person, OrdersAPiece, new AuditEntry(ids.Next(), actor, "privacy.erased", person.Label)).ConfigureAwait(false);
                (orders, lines) = (orders + piece.Orders, lines + piece.Lines);
            }
            while (piece.Orders > 0);

            orders += await store.EraseSandboxAsync(storefront, person).ConfigureAwait(false);
            open += await store.CountOpenAsync(storefront, person, cancellation).ConfigureAwait(false);
        }

        if (orders == 0)
        {
            await audit.RecordAsync(new AuditEntry(ids.Next(), actor, "privacy.erased", person.Label, After: """{"orders":0,"lines":0}""")).ConfigureAwait(false);
        }

        await store.FlushAsync().ConfigureAwait(false);
        return new ErasedPerson(orders, lines, open);
    }
}

/// <summary>What an erasure did.</summary>
/// <param name="Orders">Orders that held something.</param>
/// <param name="Lines">Their lines.</param>
/// <param name="Open">Orders that are still open and keep what is needed to deliver them.</param>
public sealed record ErasedPerson(int Orders, int Lines, int Open);
