using System.Threading.Channels;

namespace Fulfilment.Core.Jobs;

/// <summary>Wakes a worker of this process: a hint that rows are due. The rows are the work; a signal that is lost costs one poll.</summary>
public sealed class WorkSignal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Any number of times; the worker wakes once.</summary>
    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>Until the signal is raised or the time is over.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(atMost, time);
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
}
