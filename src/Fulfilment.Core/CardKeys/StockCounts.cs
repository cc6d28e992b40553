namespace Fulfilment.Core.CardKeys;

/// <summary>How many card keys of a batch or SKU are in each state.</summary>
/// <param name="Available">Can be sold.</param>
/// <param name="Reserved">Kept for held orders.</param>
/// <param name="Frozen">Out of sale, reversibly.</param>
/// <param name="Delivered">Sold.</param>
/// <param name="Voided">Never to be sold.</param>
/// <param name="Expired">Ran out unsold.</param>
public readonly record struct StockCounts(long Available, long Reserved, long Frozen, long Delivered, long Voided, long Expired)
{
    /// <summary>Every key that was imported and accepted.</summary>
    public long Total => Available + Reserved + Frozen + Delivered + Voided + Expired;

    /// <summary>The counts with so many more in a state.</summary>
    public StockCounts Add(CardKeyState state, long count) => state switch
    {
        CardKeyState.Available => this with { Available = Available + count },
        CardKeyState.Reserved => this with { Reserved = Reserved + count },
        CardKeyState.Frozen => this with { Frozen = Frozen + count },
        CardKeyState.Delivered => this with { Delivered = Delivered + count },
        CardKeyState.Voided => this with { Voided = Voided + count },
        CardKeyState.Expired => this with { Expired = Expired + count },
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of card keys."),
    };
}
