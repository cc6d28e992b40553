using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>The real store behind a gate: while it is closed a group waits before its transaction, and what arrives meanwhile makes up the next one.</summary>
internal sealed class GatedIntakeStore(IIntakeStore inner) : IIntakeStore
{
    private TaskCompletionSource _open = Completed();
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _loseAnswers;

    /// <summary>Transactions begun.</summary>
    public int Transactions { get; private set; }

    public void Close()
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open() => _open.TrySetResult();

    /// <summary>Completes when a group stands before the closed gate.</summary>
    public Task ReachedAsync() => _reached.Task;

    /// <summary>The next so many commits happen, and yet throw, as when a connection breaks between commit and answer.</summary>
    public void LoseAnswers(int count) => _loseAnswers = count;

    public async Task RunAsync(Func<IIntakeTransaction, ValueTask> work)
    {
        _reached.TrySetResult();
        await _open.Task;
        Transactions++;
        await inner.RunAsync(work);
        if (_loseAnswers > 0)
        {
            _loseAnswers--;
            throw new IOException("The answer to the commit was lost.");
        }
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
