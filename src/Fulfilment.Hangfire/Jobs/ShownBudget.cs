namespace Fulfilment.Hangfire.Jobs;

/// <summary>
/// How many later looks are written to be shown. A host that works quietly shows them all; one whose supplier takes minutes over hundreds of units a second would
/// write hundreds of jobs a second, and keep each for a day. So many at once, then as many more a day, evenly: what is beyond that is only counted.
/// </summary>
public sealed class ShownBudget(TimeProvider time)
{
    /// <summary>Shown at once, and again in each <see cref="HangfireOptions.Kept"/>: at no time has a host more than about twice as many in the storage.</summary>
    public const int Most = 5_000;

    private static readonly TimeSpan OneMoreAfter = HangfireOptions.Kept / Most;

    private readonly Lock _gate = new();
    private TimeSpan _spent = TimeSpan.Zero;
    private long _at = time.GetTimestamp();
    private long _leftOut;

    /// <summary>Looks that were not shown since the host began.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    /// <summary>Whether one more look may be shown; one that may not is counted.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            var (before, now) = (_at, time.GetTimestamp());
            var rested = time.GetElapsedTime(before, now);
            _spent = rested >= _spent ? TimeSpan.Zero : _spent - rested;
            _at = now;
            if (_spent + OneMoreAfter <= HangfireOptions.Kept)
            {
                _spent += OneMoreAfter;
                return true;
            }
        }

        LeaveOut();
        return false;
    }

    /// <summary>One was to be shown, and is not.</summary>
    public void LeaveOut() => Interlocked.Increment(ref _leftOut);
}
