namespace Fulfilment.Core.Ledger;

/// <summary>Where money kept back for an order's open units stands. Stored as numbers; posted or voided once. What its units ended with until then is in <c>settled</c>.</summary>
public enum HoldState
{
    /// <summary>Kept back.</summary>
    Open = 10,

    /// <summary>Charged, as far as its units were delivered; the rest was given back.</summary>
    Posted = 20,

    /// <summary>All of it given back.</summary>
    Voided = 21,
}
