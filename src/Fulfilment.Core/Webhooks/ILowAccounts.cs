using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Webhooks;

/// <summary>Storefronts whose money runs out, and who were told so.</summary>
public interface ILowAccounts
{
    /// <summary>
    /// Compares what is available in every wallet of these storefronts with their <see cref="Storefront.LowBalance"/>: tells each that fell below it, once until it has
    /// recovered, in one transaction with the note that it was told.
    /// </summary>
    /// <returns>How many were told.</returns>
    Task<long> MatchAsync(IReadOnlyList<Storefront> storefronts, DateTimeOffset now, CancellationToken cancellation);
}
