using System.Collections.Concurrent;
using System.Diagnostics;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>What buyers met while one thing went on. Safe for many threads.</summary>
internal sealed class LoadCount
{
    private int _accepted;
    private long _slowestTicks;

    /// <summary>Orders that were sent and answered while it went on.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Of all that was sent while it went on, also when it was answered later.</summary>
    public TimeSpan Slowest => TimeSpan.FromTicks(Interlocked.Read(ref _slowestTicks));

    /// <summary>What was not answered as it should be.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    public void CountAccepted() => Interlocked.Increment(ref _accepted);

    public void CountAnswer(long sentAt)
    {
        var ticks = Stopwatch.GetElapsedTime(sentAt).Ticks;
        long slowest;
        while (ticks > (slowest = Interlocked.Read(ref _slowestTicks)) && Interlocked.CompareExchange(ref _slowestTicks, ticks, slowest) != slowest)
        {
            // Another answer was slower than the last one meanwhile.
        }
    }
}
