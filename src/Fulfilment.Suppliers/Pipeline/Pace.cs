namespace Fulfilment.Suppliers.Pipeline;

/// <summary>Requests a second with a burst of as many, on the monotonic clock: the time at which the burst is whole again, as storefronts' limits are kept.</summary>
internal sealed class Pace(TimeProvider time, int? perSecond)
{
    private readonly Lock _gate = new();

    // Rounded up, so that the error makes the limit stricter and never looser.
    private readonly long _interval = perSecond is { } rate ? (time.TimestampFrequency + rate - 1) / rate : 0;

    private long _wholeAt = long.MinValue / 2;

    /// <summary>Takes one request; or says when one will be free.</summary>
    public bool TryTake(out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (perSecond is not { } burst)
        {
            return true;
        }

        lock (_gate)
        {
            var now = time.GetTimestamp();
            var debt = Math.Max(_wholeAt - now, 0) + _interval;
            if (debt > _interval * burst)
            {
                retryAfter = time.GetElapsedTime(0, debt - (_interval * burst));
                return false;
            }

            _wholeAt = now + debt;
            return true;
        }
    }

    /// <summary>Takes one request when one is free.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (!TryTake(out var retryAfter))
        {
            await Task.Delay(retryAfter, time, cancellation).ConfigureAwait(false);
        }
    }
}
