namespace Fulfilment.Core.Sandbox;

/// <summary>What a line of a sandbox order comes to; its recipient decides. Stored as numbers.</summary>
public enum SandboxOutcome
{
    /// <summary>Delivered at once.</summary>
    Deliver = 1,

    /// <summary>Pending, then processing, then delivered.</summary>
    Slow = 2,

    /// <summary>Pending, then processing, then failed.</summary>
    SlowFailure = 3,

    /// <summary>Processing, then unknown (存疑), then delivered.</summary>
    UnknownThenDelivered = 4,

    /// <summary>Processing, then unknown (存疑), then failed.</summary>
    UnknownThenFailed = 5,

    /// <summary>Failed at once.</summary>
    Failure = 6,

    /// <summary>Every second unit fails.</summary>
    Half = 7,

    /// <summary>Waits for a person, then delivered.</summary>
    Manual = 8,

    /// <summary>The order is held, then released.</summary>
    HeldThenReleased = 9,

    /// <summary>The order is held, then rejected.</summary>
    HeldThenRejected = 10,

    /// <summary>The stock has nothing for it.</summary>
    OutOfStock = 20,

    /// <summary>The money does not cover it.</summary>
    InsufficientBalance = 21,

    /// <summary>A risk rule refuses it.</summary>
    RiskRejected = 22,

    /// <summary>Too often: refused until Retry-After is over, then delivered.</summary>
    VelocityLimited = 23,

    /// <summary>The first request is refused as overloaded; the next delivers.</summary>
    OverloadedOnce = 24,

    /// <summary>The first request fails for a fault of ours; the next delivers.</summary>
    InternalOnce = 25,

    /// <summary>Delivered at once, and the connection closes without an answer; a repeat is answered.</summary>
    LostAnswer = 26,
}

/// <summary>The recipients that bring about something else than delivery at once; docs/api.md lists them.</summary>
public static class SandboxRecipients
{
    /// <summary>By recipient. The last three digits are the number of the status where the outcome is one.</summary>
    public static IReadOnlyDictionary<string, SandboxOutcome> Outcomes { get; } = new Dictionary<string, SandboxOutcome>(StringComparer.Ordinal)
    {
        ["13800000101"] = SandboxOutcome.Slow,
        ["13800000102"] = SandboxOutcome.SlowFailure,
        ["13800000103"] = SandboxOutcome.UnknownThenDelivered,
        ["13800000104"] = SandboxOutcome.UnknownThenFailed,
        ["13800000105"] = SandboxOutcome.Failure,
        ["13800000106"] = SandboxOutcome.Half,
        ["13800000107"] = SandboxOutcome.Manual,
        ["13800000108"] = SandboxOutcome.HeldThenReleased,
        ["13800000109"] = SandboxOutcome.HeldThenRejected,
        ["13800000402"] = SandboxOutcome.InsufficientBalance,
        ["13800000403"] = SandboxOutcome.RiskRejected,
        ["13800000409"] = SandboxOutcome.OutOfStock,
        ["13800000429"] = SandboxOutcome.VelocityLimited,
        ["13800000500"] = SandboxOutcome.InternalOnce,
        ["13800000503"] = SandboxOutcome.OverloadedOnce,
        ["13800000504"] = SandboxOutcome.LostAnswer,
    };

    /// <summary>What a line with this recipient, or none, comes to.</summary>
    public static SandboxOutcome OutcomeOf(string? recipient) =>
        recipient is not null && Outcomes.TryGetValue(recipient.Trim(), out var outcome) ? outcome : SandboxOutcome.Deliver;
}
