namespace Fulfilment.Core.Suppliers;

/// <summary>
/// Lets one submission out of this machine, once and in time. Made before the attempt is committed and used immediately before the first byte is written:
/// a worker that slept in between sends nothing, and a HTTP client that would send the same again on another connection cannot.
/// </summary>
public sealed class SendPermit
{
    private static readonly object Closed = new();

    private readonly TimeProvider _time;
    private readonly long _made;
    private readonly TimeSpan _window;
    private object? _connection;

    /// <param name="time">Both of its clocks count: the monotonic one, which no clock step moves, and the other, which goes on while a machine is asleep.</param>
    /// <param name="window">For how long it is good.</param>
    public SendPermit(TimeProvider time, TimeSpan window)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_time, _made, _window) = (time, time.GetTimestamp(), window);
        SendBefore = time.GetUtcNow() + window;
    }

    /// <summary>Nothing is sent at this time or later.</summary>
    public DateTimeOffset SendBefore { get; }

    /// <summary>Whether a byte may have been written.</summary>
    public bool IsUsed => Volatile.Read(ref _connection) is { } used && !ReferenceEquals(used, Closed);

    /// <summary>Whether bytes may be written to this connection: always to the one that the permit was used on first, never to another.</summary>
    public bool TryUse(object connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (Volatile.Read(ref _connection) is null && (_time.GetElapsedTime(_made) >= _window || _time.GetUtcNow() >= SendBefore))
        {
            Close();
        }

        return ReferenceEquals(Interlocked.CompareExchange(ref _connection, connection, null) ?? connection, connection);
    }

    /// <summary>Ends it; true when nothing was written and, from now on, nothing will be.</summary>
    public bool Close() => ReferenceEquals(Interlocked.CompareExchange(ref _connection, Closed, null) ?? Closed, Closed);
}
