namespace Fulfilment.Core.Ids;

/// <summary>
/// Makes 64-bit ids that grow with time and are unique across nodes: 41 bits of milliseconds since 2024, 10 bits of node number,
/// 12 bits of sequence. A node makes ids only while it holds its <see cref="NodeLease"/>, and none whose time lies beyond the lease,
/// so the next holder of the number, which starts where the lease ended, repeats none; nor does a clock that is set back.
/// </summary>
public sealed class IdGenerator(TimeProvider time)
{
    private const int NodeBits = 10;
    private const int SequenceBits = 12;

    /// <summary>Node numbers are 0 to this.</summary>
    public const int LargestNode = Nobody - 1;

    private const int Nobody = (1 << NodeBits) - 1;

    private static readonly long EpochMs = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private NodeLease? _lease;

    // Milliseconds and sequence of the last id in one word, so that one compare-and-swap advances both.
    private long _last;

    /// <summary>The number this node holds; throws <see cref="NodeLeaseLostException"/> when it holds none.</summary>
    public int Node => (_lease ?? throw new NodeLeaseLostException()).Node;

    /// <summary>Unix milliseconds that every id made so far lies before.</summary>
    public long MadeUntilMs => (Volatile.Read(ref _last) >> SequenceBits) + EpochMs + 1;

    /// <summary>Starts, or goes on, making ids under this lease.</summary>
    public void Use(NodeLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var first = (lease.NotBeforeMs - EpochMs) << SequenceBits;
        var last = Volatile.Read(ref _last);
        while (last < first && Interlocked.CompareExchange(ref _last, first, last) != last)
        {
            last = Volatile.Read(ref _last);
        }

        Volatile.Write(ref _lease, lease);
    }

    /// <summary>
    /// Makes no more ids, in calls under way neither, until <see cref="Use"/> is called with a later lease.
    /// Returns Unix milliseconds that every id made lies before: from there on somebody else may use the number.
    /// </summary>
    public long Stop()
    {
        var lease = Interlocked.Exchange(ref _lease, null);
        if (lease is null)
        {
            return MadeUntilMs;
        }

        // A call that read the lease before us finds its time used up, and its compare-and-swap fails.
        var last = Interlocked.Exchange(ref _last, (lease.UntilMs - EpochMs) << SequenceBits);
        return (last >> SequenceBits) + EpochMs + 1;
    }

    /// <summary>A new id; throws <see cref="NodeLeaseLostException"/> when this node holds no lease.</summary>
    public long Next()
    {
        var lease = Volatile.Read(ref _lease);
        if (lease is null || time.GetTimestamp() >= lease.DeadlineTimestamp)
        {
            throw new NodeLeaseLostException();
        }

        var now = (time.GetUtcNow().ToUnixTimeMilliseconds() - EpochMs) << SequenceBits;
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(last + 1, now);
            var ms = next >> SequenceBits;
            if (ms + EpochMs >= lease.UntilMs)
            {
                throw new NodeLeaseLostException();
            }

            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return (ms << (NodeBits + SequenceBits)) | ((long)lease.Node << SequenceBits) | (next & ((1 << SequenceBits) - 1));
            }
        }
    }

    /// <summary>
    /// An id that no node makes, for what a process says that may make none. It is the same for two that say something in the same millisecond: the table's key decides.
    /// </summary>
    /// <param name="at">By a clock that is right.</param>
    public static long OfNobody(DateTimeOffset at) => FirstAt(at) | (Nobody << SequenceBits);

    /// <summary>The time, to the millisecond, at which an id was made. It is the record's creation time.</summary>
    public static DateTimeOffset TimeOf(long id) =>
        DateTimeOffset.FromUnixTimeMilliseconds((id >> (NodeBits + SequenceBits)) + EpochMs);

    /// <summary>The smallest id that could be made at this time or later, for range queries; <see cref="long.MaxValue"/> for a time that no id can carry.</summary>
    public static long FirstAt(DateTimeOffset at)
    {
        var ms = Math.Max(0, at.ToUnixTimeMilliseconds() - EpochMs);
        return ms > long.MaxValue >> (NodeBits + SequenceBits) ? long.MaxValue : ms << (NodeBits + SequenceBits);
    }
}

/// <summary>A node number, held until a time.</summary>
/// <param name="Node">0 to <see cref="IdGenerator.LargestNode"/>.</param>
/// <param name="NotBeforeMs">Unix milliseconds: where the number's last holder may have stopped.</param>
/// <param name="UntilMs">Unix milliseconds: no id may carry this time or a later one.</param>
/// <param name="DeadlineTimestamp">The same end on the monotonic clock (<see cref="TimeProvider.GetTimestamp"/>), which no clock step moves.</param>
public sealed record NodeLease(int Node, long NotBeforeMs, long UntilMs, long DeadlineTimestamp);

/// <summary>This node does not hold its number (any more), so it may make no ids. Callers answer "try again".</summary>
public sealed class NodeLeaseLostException() : Exception("This node does not hold a node number, so it makes no ids. It takes one again by itself when the database answers.");
