namespace Fulfilment.Core.Orders;

/// <summary>What came of a draft.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <summary>A new order; durable.</summary>
    public sealed record Accepted(AcceptedOrder Order) : IntakeOutcome;

    /// <summary>The reference has an order of the same content.</summary>
    /// <param name="OrderId">That order.</param>
    /// <param name="IsOurs">Whether this very draft made it: the commit's answer was lost and the order was found on looking again.</param>
    public sealed record Stored(long OrderId, bool IsOurs) : IntakeOutcome;

    /// <summary>Nothing was stored, and the reference is not used up.</summary>
    public sealed record Refused(Refusal Refusal) : IntakeOutcome;

    /// <summary>A draft of the same reference was refused in the same group, and this one has other content or was judged otherwise: the next group decides it.</summary>
    internal sealed record Deferred : IntakeOutcome
    {
        public static readonly Deferred Instance = new();
    }
}
