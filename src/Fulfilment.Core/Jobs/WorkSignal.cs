using System.Threading.Channels;

namespace Fulfilment.Core.Jobs;

/// <summary>Wakes a worker of this process: a hint that rows are due. The rows are the work; a signal that is lost costs one poll.</summary>
public sealed class WorkSignal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private DateTimeOffset _next = DateTimeOffset.MaxValue;

    /// <summary>Any number of times; the worker wakes once.</summary>
    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>Wakes the worker then. Only the earliest time is kept: the worker sees at each look what is due, and a later time that is forgotten costs one poll.</summary>
    public void RaiseAt(DateTimeOffset at)
    {
        lock (_gate)
        {
            if (at >= _next)
            {
                return;
            }

            _next = at;
        }

        // It waits for something later than that.
        Raise();
    }

    /// <summary>Until the signal is raised or the time is over.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(time);
        using var over = new CancellationTokenSource(Shortened(atMost, time.GetUtcNow()), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            await _raised.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nothing was signalled.
        }
    }

    private TimeSpan Shortened(TimeSpan atMost, DateTimeOffset now)
    {
        lock (_gate)
        {
            var left = _next - now;
            if (left > atMost)
            {
                return atMost;
            }

            _next = DateTimeOffset.MaxValue;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
