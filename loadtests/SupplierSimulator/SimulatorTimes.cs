namespace SupplierSimulator;

/// <summary>How long things take at the supplier. Short ones are made for tests; a real supplier takes minutes.</summary>
public sealed record SimulatorTimes
{
    /// <summary>Every answer.</summary>
    public TimeSpan Answer { get; init; }

    /// <summary>An answer that is slow.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>An order that is under way.</summary>
    public TimeSpan Processing { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an order is there and queries do not find it.</summary>
    public TimeSpan Hidden { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after the end a late callback comes.</summary>
    public TimeSpan LateCallback { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer that never comes keeps its connection open, unless the caller gives up.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two tries of a callback that was not answered as expected.</summary>
    public TimeSpan CallbackRetry { get; init; } = TimeSpan.FromSeconds(1);
}
