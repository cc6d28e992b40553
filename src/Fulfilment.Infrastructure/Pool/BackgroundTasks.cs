namespace Fulfilment.Infrastructure.Pool;

/// <summary>Work that nobody awaits, known for as long as it lasts so that a pool can end in order.</summary>
internal sealed class BackgroundTasks
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _tasks = [];

    /// <summary>Starts work on another thread. It answers for its own failures.</summary>
    public void Run(Func<Task> work)
    {
        // Held until the task is listed, so that it cannot take itself off the list before.
        lock (_gate)
        {
            Task? task = null;
            task = Task.Run(async () =>
            {
                await work().ConfigureAwait(false);
                lock (_gate)
                {
                    _tasks.Remove(task!);
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
}
