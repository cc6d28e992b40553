using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Fulfilment;

/// <summary>One submission of a unit to a supplier, committed before the supplier is called.</summary>
/// <param name="Id">Also our number at the supplier; carries the time.</param>
/// <param name="OrderId">Of the unit.</param>
/// <param name="UnitId">The unit.</param>
/// <param name="SupplierId">Whom.</param>
/// <param name="SupplierSku">What the supplier calls it.</param>
/// <param name="State">Where it stands.</param>
/// <param name="UnitCost">What we expect to pay, and once it is issued what we owe.</param>
/// <param name="Currency">ISO 4217, of the cost.</param>
/// <param name="SendBeforeMs">Unix milliseconds: nothing of it is sent at this time or later.</param>
/// <param name="QueriedAtMs">When the supplier was last asked what became of it.</param>
/// <param name="Queries">How often it was asked.</param>
/// <param name="Receipt">The supplier's own number.</param>
/// <param name="Reason">The supplier's code, or ours, for where it stands.</param>
/// <param name="DecidedAtMs">When it became definite.</param>
public sealed record Attempt(
    long Id, long OrderId, long UnitId, long SupplierId, string SupplierSku, AttemptState State, Money UnitCost, string Currency, long SendBeforeMs,
    long? QueriedAtMs = null, int Queries = 0, string? Receipt = null, string? Reason = null, long? DecidedAtMs = null)
{
    /// <summary>The reason of an attempt that the supplier has never received: it is rejected, and its route may be tried again.</summary>
    public const string NoSuchOrder = "no_such_order";

    // Before the supplier's own reason: it tells for as long as the attempt is kept that the refusal was for the moment.
    private const string NotNow = "not_now:";

    /// <summary>The transitions of attempts.</summary>
    public static readonly StateTable<AttemptState> States = new(
        (AttemptState.Submitted, [AttemptState.Processing, AttemptState.Unknown, AttemptState.Issued, AttemptState.Rejected, AttemptState.NotSent, AttemptState.Unusable]),
        (AttemptState.Processing, [AttemptState.Unknown, AttemptState.Issued, AttemptState.Rejected, AttemptState.Unusable]),
        (AttemptState.Unknown, [AttemptState.Processing, AttemptState.Issued, AttemptState.Rejected, AttemptState.NotSent, AttemptState.Unusable]));

    /// <summary>The time in its id.</summary>
    public DateTimeOffset CreatedAt => IdGenerator.TimeOf(Id);

    /// <summary>Whether the supplier may still issue it, so that nobody else may be asked.</summary>
    public bool IsOpen => State < AttemptState.Issued;

    /// <summary>Whether nothing of it was ever looked at (not sent, never received, or refused for the moment), so that its route may be tried again.</summary>
    public bool IsMiss => State == AttemptState.NotSent
        || (State == AttemptState.Rejected && Reason is { } reason && (reason == NoSuchOrder || reason.StartsWith(NotNow, StringComparison.Ordinal)));

    /// <summary>The reason with which such a rejection is stored.</summary>
    public static string ReasonOf(Suppliers.SupplierOutcome.Rejected rejected)
    {
        ArgumentNullException.ThrowIfNull(rejected);
        return rejected.NotNow ? NotNow + rejected.Reason : rejected.Reason;
    }
}

/// <summary>Where an attempt stands. Stored as numbers; in the API camel case.</summary>
public enum AttemptState
{
    /// <summary>Committed; it is being sent, was sent, or the process died before: until an answer is known it may have arrived.</summary>
    Submitted = 10,

    /// <summary>The supplier is at it.</summary>
    Processing = 11,

    /// <summary>It may be issued or not (存疑).</summary>
    Unknown = 12,

    /// <summary>Issued, and delivered to the unit.</summary>
    Issued = 20,

    /// <summary>The supplier will never issue it.</summary>
    Rejected = 21,

    /// <summary>Not a byte of it was sent.</summary>
    NotSent = 22,

    /// <summary>Issued, but what came cannot be delivered: the code was sold before, or is none.</summary>
    Unusable = 23,
}
