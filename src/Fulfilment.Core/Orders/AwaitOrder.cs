namespace Fulfilment.Core.Orders;

/// <summary>
/// Waits for an order's end without keeping a thread: an end in this process is told of at once, one on another node is seen by looking now and then.
/// </summary>
public sealed class AwaitOrder(IOrderStore orders, OrderEnds ends, TimeProvider time)
{
    /// <summary>Nobody waits for longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>True once the order is closed or the time is over; false at once when too many wait already.</summary>
    public async Task<bool> RunAsync(long storefrontId, long orderId, TimeSpan atMost, CancellationToken cancellation)
    {
        using var waiting = ends.TryWait(orderId);
        if (waiting is null)
        {
            return false;
        }

        for (var start = time.GetTimestamp(); !waiting.Ended.IsCompleted;)
        {
            var left = atMost - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || !await orders.IsOpenAsync(storefrontId, orderId, cancellation).ConfigureAwait(false))
            {
                break;
            }

            await WaitAsync(waiting.Ended, left < BetweenLooks ? left : BetweenLooks, cancellation).ConfigureAwait(false);
        }

        return true;
    }

    private async Task WaitAsync(Task ended, TimeSpan atMost, CancellationToken cancellation)
    {
        try
        {
            await ended.WaitAsync(atMost, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Not told of yet.
        }
    }
}
