namespace Fulfilment.Core.CardKeys;

/// <summary>Where a card key is in its life. Stored as numbers of one byte.</summary>
public enum CardKeyState
{
    /// <summary>Can be sold.</summary>
    Available = 10,

    /// <summary>Kept for a held order.</summary>
    Reserved = 11,

    /// <summary>Taken out of sale, reversibly.</summary>
    Frozen = 12,

    /// <summary>Given to a unit, for ever.</summary>
    Delivered = 13,

    /// <summary>Never to be sold.</summary>
    Voided = 14,

    /// <summary>Ran out unsold.</summary>
    Expired = 15,
}

/// <summary>The transitions of a card key.</summary>
public static class CardKeyStates
{
    /// <summary>DESIGN.md, States.</summary>
    public static readonly StateTable<CardKeyState> Table = new(
        (CardKeyState.Available, [CardKeyState.Delivered, CardKeyState.Reserved, CardKeyState.Frozen, CardKeyState.Voided, CardKeyState.Expired]),
        (CardKeyState.Reserved, [CardKeyState.Delivered, CardKeyState.Available, CardKeyState.Voided, CardKeyState.Expired]),
        (CardKeyState.Frozen, [CardKeyState.Available, CardKeyState.Voided, CardKeyState.Expired]));
}
