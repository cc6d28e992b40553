namespace Fulfilment.Core.AfterSales;

/// <summary>Something to be known of a card key that was delivered. A key has each kind at most once.</summary>
/// <param name="Id">Carries the time.</param>
/// <param name="CardKeyId">Of which key.</param>
/// <param name="Kind">What.</param>
/// <param name="CaseId">The after-sales case that says so, if one does.</param>
/// <param name="Actor">Who says so.</param>
/// <param name="Reason">Why.</param>
public sealed record CardKeyFlag(long Id, long CardKeyId, CardKeyFlagKind Kind, long? CaseId, string Actor, string Reason);

/// <summary>What is to be known of a card key. Stored as numbers.</summary>
public enum CardKeyFlagKind
{
    /// <summary>Its unit was replaced or refunded; it is shown to nobody and never sold again.</summary>
    Withdrawn = 1,

    /// <summary>It did not work; to be claimed from its supplier.</summary>
    BadCard = 2,
}
