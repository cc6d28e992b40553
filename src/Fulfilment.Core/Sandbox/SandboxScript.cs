using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Sandbox;

/// <summary>One step of a unit's life in the sandbox.</summary>
/// <param name="AtSeconds">Since the order was made.</param>
/// <param name="State">Where the unit stands from then on.</param>
internal readonly record struct SandboxStep(double AtSeconds, UnitState State);

/// <summary>What becomes of each unit of a sandbox order, and when. Follows from the stored order alone, so nothing has to run for it to come true.</summary>
internal static class SandboxScript
{
    /// <summary>How long a held order waits for the operator who is not there.</summary>
    private const double HoldSeconds = 30;

    /// <summary>The steps of one unit, the first at 0.</summary>
    public static IReadOnlyList<SandboxStep> Of(SandboxOrder order, SandboxLine line, int unit)
    {
        var steps = unit >= line.Available ? [new(0, UnitState.Failed)] : Hold(order, Of(line.Outcome, unit));
        return CancelledAt(order) is { } seconds && IsCancellable(At(steps, seconds).State)
            ? [.. steps.Where(step => step.AtSeconds <= seconds), new(seconds, UnitState.Cancelled)]
            : steps;
    }

    /// <summary>When the order was called off, in seconds since it was made; never before it was.</summary>
    public static double? CancelledAt(SandboxOrder order) =>
        order.CancelledAtMs is { } at ? Math.Max(0, at - order.CreatedAt.ToUnixTimeMilliseconds()) / 1000.0 : null;

    /// <summary>Whether a unit that stands there can still be called off.</summary>
    public static bool IsCancellable(UnitState state) => state is UnitState.Pending or UnitState.Reserved or UnitState.Manual;

    /// <summary>The last step that has come by then.</summary>
    public static SandboxStep At(IReadOnlyList<SandboxStep> steps, double seconds) => steps.Last(step => step.AtSeconds <= Math.Max(0, seconds));

    private static SandboxStep[] Of(SandboxOutcome outcome, int unit) => outcome switch
    {
        SandboxOutcome.Slow => [new(0, UnitState.Pending), new(5, UnitState.Processing), new(10, UnitState.Delivered)],
        SandboxOutcome.SlowFailure => [new(0, UnitState.Pending), new(5, UnitState.Processing), new(10, UnitState.Failed)],
        SandboxOutcome.UnknownThenDelivered => [new(0, UnitState.Processing), new(2, UnitState.Unknown), new(30, UnitState.Delivered)],
        SandboxOutcome.UnknownThenFailed => [new(0, UnitState.Processing), new(2, UnitState.Unknown), new(30, UnitState.Failed)],
        SandboxOutcome.Manual => [new(0, UnitState.Manual), new(60, UnitState.Delivered)],
        SandboxOutcome.Failure => [new(0, UnitState.Failed)],
        SandboxOutcome.Half => [new(0, unit % 2 == 0 ? UnitState.Delivered : UnitState.Failed)],
        SandboxOutcome.Deliver or SandboxOutcome.HeldThenReleased or SandboxOutcome.HeldThenRejected or SandboxOutcome.OutOfStock
            or SandboxOutcome.InsufficientBalance or SandboxOutcome.RiskRejected or SandboxOutcome.VelocityLimited or SandboxOutcome.OverloadedOnce
            or SandboxOutcome.InternalOnce or SandboxOutcome.LostAnswer => [new(0, UnitState.Delivered)],
    };

    // An order is held as a whole: what its other lines come to begins when it is released.
    private static IReadOnlyList<SandboxStep> Hold(SandboxOrder order, SandboxStep[] steps)
    {
        if (order.Lines.Any(line => line.Outcome == SandboxOutcome.HeldThenRejected))
        {
            return [new(0, UnitState.Reserved), new(HoldSeconds, UnitState.Cancelled)];
        }

        return order.Lines.Any(line => line.Outcome == SandboxOutcome.HeldThenReleased)
            ? [new(0, UnitState.Reserved), .. steps.Select(step => step with { AtSeconds = step.AtSeconds + HoldSeconds })]
            : steps;
    }
}
