using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>The real store behind a gate: while it is closed a group waits before its transaction, and what arrives meanwhile makes up the next one.</summary>
internal sealed class GatedIntakeStore(IIntakeStore inner) : IIntakeStore
{
    private TaskCompletionSource _open = Completed();
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<(IntakeFault Fault, Exception Exception)> _faults = [];
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

    /// <summary>The next transactions meet these, one each.</summary>
    public void Meet(params ReadOnlySpan<IntakeFault> faults)
    {
        foreach (var fault in faults)
        {
            Meet(fault, new StorageConflictException());
        }
    }

    public void Meet(IntakeFault fault, Exception exception) => _faults.Enqueue((fault, exception));

    public async Task RunAsync(Func<IIntakeTransaction, ValueTask> work)
    {
        _reached.TrySetResult();
        await _open.Task;
        Transactions++;
        if (_faults.TryDequeue(out var met) && met.Fault != IntakeFault.None)
        {
            await FailAsync(work, met.Fault, met.Exception);
        }

        await inner.RunAsync(work);
        if (_loseAnswers > 0)
        {
            _loseAnswers--;
            throw new IOException("The answer to the commit was lost.");
        }
    }

    private async Task FailAsync(Func<IIntakeTransaction, ValueTask> work, IntakeFault fault, Exception exception)
    {
        if (fault != IntakeFault.BeforeWork)
        {
            await inner.RunAsync(async transaction =>
            {
                await work(transaction);
                if (fault == IntakeFault.AtCommit)
                {
                    throw exception;
                }
            });
        }

        throw exception;
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}

/// <summary>Where other work, or a broken connection, gets in a transaction's way.</summary>
public enum IntakeFault
{
    None,
    BeforeWork,

    /// <summary>Nothing was stored.</summary>
    AtCommit,

    /// <summary>All was stored, and the answer was lost.</summary>
    AfterCommit,
}
