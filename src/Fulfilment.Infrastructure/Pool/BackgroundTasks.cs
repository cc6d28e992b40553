namespace Fulfilment.Infrastructure.Pool;

/// <summary>Work that nobody awaits, known for as long as it lasts so that a pool can end in order.</summary>
internal sealed class BackgroundTasks : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _tasks = [];
    private readonly CancellationTokenSource _stop = new();

    public BackgroundTasks() => Stopping = _stop.Token;

    /// <summary>Cancelled when the pool ends.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Starts work on another thread. It answers for its own failures.</summary>
    public void Run(Func<Task> work)
    {
        // Held until the task is listed, so that it cannot take itself off the list before.
        lock (_gate)
        {
            Task? task = null;
            task = Task.Run(async () =>
            {
                try
                {
                    await work().ConfigureAwait(false);
                }
                finally
                {
                    lock (_gate)
                    {
                        _tasks.Remove(task!);
                    }
                }
            });
            _tasks.Add(task);
        }
    }

    /// <summary>Knows of work that has begun.</summary>
    public void Add(Task task)
    {
        if (!task.IsCompleted)
        {
            Run(() => task);
        }
    }

    /// <summary>Completes when there is none under way.</summary>
    public async Task SettleAsync()
    {
        while (true)
        {
            Task[] tasks;
            lock (_gate)
            {
                tasks = [.. _tasks];
            }

            if (tasks.Length == 0)
            {
                return;
            }

            await Task.WhenAll(tasks).ConfigureAwait(false);
        }
    }

    /// <summary>Ends what is under way. A container that knows a pool by two types disposes it twice.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Stopping.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
