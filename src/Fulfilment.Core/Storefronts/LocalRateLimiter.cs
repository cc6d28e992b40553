using System.Collections.Concurrent;

namespace Fulfilment.Core.Storefronts;

/// <summary>
/// The generic cell rate algorithm (GCRA) on this process's monotonic clock: per storefront one number, the time at which its burst is whole again.
/// In any span of t seconds it lets through at most rate · t + rate requests. Each node counts for itself.
/// </summary>
public sealed class LocalRateLimiter(TimeProvider time) : IRateLimiter
{
    private readonly ConcurrentDictionary<long, Cell> _cells = new();

    /// <inheritdoc/>
    public ValueTask<RateDecision> TakeAsync(long storefrontId, int ratePerSecond, CancellationToken cancellation = default) =>
        new(Take(storefrontId, ratePerSecond));

    internal RateDecision Take(long storefrontId, int ratePerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ratePerSecond, 1);
        return Take(_cells.GetOrAdd(storefrontId, static _ => new Cell()), ratePerSecond);
    }

    private RateDecision Take(Cell cell, int rate)
    {
        // Rounded up, so that the error makes the limit stricter and never looser.
        var second = time.TimestampFrequency;
        var interval = (second + rate - 1) / rate;
        var burst = interval * rate;
        while (true)
        {
            var now = time.GetTimestamp();
            var whole = Volatile.Read(ref cell.WholeAt);

            // A cell that has never been used, or that another rate left far ahead, stands at most one burst away from now.
            var debt = Math.Clamp(whole - now, 0, burst);
            if (debt + interval > burst)
            {
                return new RateDecision(false, rate, 0, Seconds(debt, second), Seconds(debt + interval - burst, second));
            }

            debt += interval;
            if (Interlocked.CompareExchange(ref cell.WholeAt, now + debt, whole) == whole)
            {
                return new RateDecision(true, rate, (int)((burst - debt) / interval), Seconds(debt, second), 0);
            }
        }
    }

    private static int Seconds(long timestamps, long second) => (int)((timestamps + second - 1) / second);

    private sealed class Cell
    {
        // A monotonic clock may start anywhere; this lies before any time it shows, and the difference cannot overflow.
        public long WholeAt = long.MinValue / 2;
    }
}
