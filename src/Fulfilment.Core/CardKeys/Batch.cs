namespace Fulfilment.Core.CardKeys;

/// <summary>Where an import stands. Stored as numbers; in the API camel case.</summary>
public enum BatchStatus
{
    /// <summary>Rows are coming in; those committed can be sold.</summary>
    Importing = 10,

    /// <summary>Waits for an operator; nothing of it can be sold.</summary>
    AwaitingApproval = 11,

    /// <summary>All rows are in.</summary>
    Completed = 20,

    /// <summary>Ended without its rows.</summary>
    Failed = 21,

    /// <summary>Withdrawn; nothing of it can be sold any more.</summary>
    Recalled = 22,
}

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

/// <summary>Expiry dates as they are stored and compared: whole days since 0001-01-01.</summary>
public static class ExpiryDay
{
    /// <summary>The day of a key that does not expire; sorts last.</summary>
    public static readonly int Never = DateOnly.MaxValue.DayNumber;

    /// <summary>The day number; <see cref="Never"/> for none.</summary>
    public static int From(DateOnly? date) => date?.DayNumber ?? Never;

    /// <summary>The date; null for <see cref="Never"/>.</summary>
    public static DateOnly? ToDate(int day) => day == Never ? null : DateOnly.FromDayNumber(day);
}
