namespace SupplierSimulator.Faults;

/// <summary>What the supplier does with one order, from the submission to the last callback.</summary>
public sealed record Play
{
    /// <summary>Whether an order comes of it at all; no: whatever is answered, nothing is ever issued or charged.</summary>
    public bool Accepts { get; init; } = true;

    /// <summary>Whether it ends issued; else rejected.</summary>
    public bool Issues { get; init; } = true;

    /// <summary>How long after the submission it ends; until then it is under way.</summary>
    public TimeSpan EndsAfter { get; init; }

    /// <summary>What the submission is answered with.</summary>
    public Reply Reply { get; init; } = Reply.Truth;

    /// <summary>How long that takes.</summary>
    public TimeSpan ReplyAfter { get; init; }

    /// <summary>For how long queries say "no such order".</summary>
    public TimeSpan HiddenFor { get; init; }

    /// <summary>How many queries fail before one is answered.</summary>
    public int FailedQueries { get; init; }

    /// <summary>How many codes come of it.</summary>
    public int Codes { get; init; } = 1;

    /// <summary>How long after it is issued the codes are there.</summary>
    public TimeSpan CodesAfter { get; init; }

    /// <summary>Whether the code is one that another order got.</summary>
    public bool SoldBefore { get; init; }

    /// <summary>What the price is multiplied by, in hundredths.</summary>
    public int PricePercent { get; init; } = 100;

    /// <summary>Why it is rejected.</summary>
    public RejectionWord Rejection { get; init; } = RejectionWord.Other;

    /// <summary>Sent in this order; each waits for its own time.</summary>
    public IReadOnlyList<CallbackPlay> Callbacks { get; init; } = [];
}

/// <summary>What a submission is answered with.</summary>
public enum Reply
{
    /// <summary>How the order stands.</summary>
    Truth,

    /// <summary>How it stands, signed with another secret.</summary>
    Forged,

    /// <summary>That it is rejected, whatever is true.</summary>
    Rejected,

    /// <summary>Nothing, until the caller gives up.</summary>
    Silence,

    /// <summary>Nothing: the connection closes.</summary>
    Close,

    /// <summary>500 and HTML.</summary>
    Error500,

    /// <summary>502 and HTML.</summary>
    Error502,

    /// <summary>200 and HTML.</summary>
    Html,

    /// <summary>"Duplicate number".</summary>
    DuplicateNumber,

    /// <summary>"System error".</summary>
    SystemError,

    /// <summary>A code that the documentation does not have.</summary>
    UnlistedCode,
}

/// <summary>Why a supplier rejects; not every supplier has a word of its own for each.</summary>
public enum RejectionWord
{
    /// <summary>For no reason that has a name.</summary>
    Other,

    /// <summary>Our balance is used up.</summary>
    Balance,

    /// <summary>The price is above what we pay at most.</summary>
    Price,

    /// <summary>Too many requests.</summary>
    TooFrequent,
}

/// <summary>One callback.</summary>
/// <param name="After">How long after the order ends; before the answer to the submission when below zero.</param>
/// <param name="Says">What about the order.</param>
/// <param name="Signed">With the secret we share; else with another.</param>
public sealed record CallbackPlay(TimeSpan After, CallbackSays Says = CallbackSays.Truth, bool Signed = true)
{
    /// <summary>Sent before the submission is answered.</summary>
    public static readonly TimeSpan BeforeTheAnswer = TimeSpan.FromTicks(-1);
}

/// <summary>What a callback says.</summary>
public enum CallbackSays
{
    /// <summary>How the order stands.</summary>
    Truth,

    /// <summary>That it is rejected.</summary>
    Rejected,

    /// <summary>That an order is issued which nobody submitted.</summary>
    Stranger,
}
