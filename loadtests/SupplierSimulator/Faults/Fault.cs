namespace SupplierSimulator.Faults;

/// <summary>What may go wrong with one order at a supplier; a name of <c>/_faults</c> and of the command line. What each does is in <see cref="Plays"/>.</summary>
public enum Fault
{
    /// <summary>Nothing: issued at once.</summary>
    None,

    /// <summary>Issued, but the answer takes its time.</summary>
    Delay,

    /// <summary>Rejected at once.</summary>
    Reject,

    /// <summary>Under way for a while, then issued.</summary>
    Processing,

    /// <summary>Under way for a while, then rejected.</summary>
    ProcessingRejected,

    /// <summary>Never accepted, and no answer.</summary>
    TimeoutBefore,

    /// <summary>Accepted and issued, and no answer.</summary>
    TimeoutAfter,

    /// <summary>Never accepted; the connection closes unanswered.</summary>
    CloseBefore,

    /// <summary>Issued; the connection closes unanswered.</summary>
    CloseAfter,

    /// <summary>Never accepted; 500 with a page of HTML.</summary>
    Error500Before,

    /// <summary>Issued; 500 with a page of HTML.</summary>
    Error500After,

    /// <summary>Never accepted; 502 with a page of HTML.</summary>
    Error502Before,

    /// <summary>Issued; 502 with a page of HTML.</summary>
    Error502After,

    /// <summary>Issued; 200 with a page of HTML.</summary>
    Html,

    /// <summary>Issued; the answer is signed with another secret.</summary>
    WrongSignature,

    /// <summary>Issued at once, and called back before it is answered.</summary>
    CallbackFirst,

    /// <summary>Under way, then issued and called back three times.</summary>
    DuplicateCallback,

    /// <summary>Under way, then issued; the callback comes long after.</summary>
    LateCallback,

    /// <summary>Under way, then issued; before that somebody else sends a callback of a rejection, signed with another secret.</summary>
    ForgedCallback,

    /// <summary>Issued; then a callback says rejected.</summary>
    RejectedAfterIssued,

    /// <summary>Rejected; then it is issued all the same, and a callback says so.</summary>
    IssuedAfterRejected,

    /// <summary>Issued, and called back for a number that nobody submitted.</summary>
    StrayCallback,

    /// <summary>Two codes for one unit.</summary>
    TwoCodes,

    /// <summary>Issued without a code at first.</summary>
    CodeLater,

    /// <summary>Issued with a code that it has sold before.</summary>
    SoldCode,

    /// <summary>Refused as one too many for now.</summary>
    RateLimited,

    /// <summary>The price has risen by half.</summary>
    PriceRaised,

    /// <summary>The price has risen by a tenth.</summary>
    PriceRaisedALittle,

    /// <summary>Our balance is used up.</summary>
    BalanceDry,

    /// <summary>Issued, but answered with "duplicate number".</summary>
    DuplicateNumber,

    /// <summary>Never accepted; "system error".</summary>
    SystemErrorBefore,

    /// <summary>Issued, but answered with "system error".</summary>
    SystemErrorAfter,

    /// <summary>Issued, but answered with a code that its documentation does not have.</summary>
    UnlistedCode,

    /// <summary>Issued after a time-out; queries say "no such order" for a while.</summary>
    HiddenAtFirst,

    /// <summary>Issued after a time-out; the first two queries fail with 502.</summary>
    QueryFails,
}
