namespace Fulfilment.Infrastructure.Pool.Redis;

/// <summary>How the pool in Redis bounds its calls and what it leaves there.</summary>
public sealed record RedisPoolOptions
{
    /// <summary>How long a take may last; then its caller goes to the table.</summary>
    public TimeSpan TakeTimeout { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long anything else may last that nobody waits for.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a look after the pool may last, which also tells whether Redis is well.</summary>
    public TimeSpan SweepTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a node may be silent in the middle of a refill before another goes on with it.</summary>
    public TimeSpan RefillLease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a node may keep ids that it took; then they go back.</summary>
    public TimeSpan TakeLease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A window that was not refilled for so long is forgotten, as are those of an installation that is no more.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(1);

    internal WindowOptions Window { get; init; } = new();
}
