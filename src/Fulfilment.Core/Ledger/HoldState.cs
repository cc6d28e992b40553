namespace Fulfilment.Core.Ledger;

/// <summary>Where money kept back for a held order stands. Stored as numbers; posted or voided once.</summary>
public enum HoldState
{
    /// <summary>Kept back.</summary>
    Open = 10,

    /// <summary>Charged.</summary>
    Posted = 20,

    /// <summary>Given back.</summary>
    Voided = 21,
}
