using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Jobs;

namespace Fulfilment.Host.Jobs;

/// <summary>
/// Sees due units through, on every node that works: each takes what it can, and the guards see to it that no two take the same. A signal makes it prompt, a look
/// at the table now and then makes it certain.
/// </summary>
internal sealed partial class FulfilmentWorker(
    FulfilUnit fulfil, SubmitAttempt submit, ResolveAttempt resolve, WorkSignal signal, FulfilmentOptions options, TimeProvider time, ILogger<FulfilmentWorker> log)
{
    // What was sent is waited for when the host stops, as long as its supplier may take: what is not known then is unknown.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // A busy supplier has room again within moments, and its units are due when it may.
    private static readonly TimeSpan PauseForRoom = TimeSpan.FromMilliseconds(25);

    private readonly HashSet<Task> _underWay = [];
    private readonly Lock _gate = new();

    public async Task RunAsync(CancellationToken stopping)
    {
        using var sending = new CancellationTokenSource();
        try
        {
            while (true)
            {
                var pause = await LookAsync(sending.Token, stopping);
                if (pause > TimeSpan.Zero)
                {
                    await signal.WaitAsync(pause, time, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await FinishAsync(sending);
        }
    }

    /// <summary>One look at what is due; tells how long to wait for the next one.</summary>
    private async Task<TimeSpan> LookAsync(CancellationToken sending, CancellationToken stopping)
    {
        try
        {
            var free = options.MostAtOnce - Count;
            if (free <= 0)
            {
                return options.LookEvery;
            }

            var questions = await resolve.BeginAsync(Math.Max(1, free / 2), stopping);
            foreach (var question in questions.Questions)
            {
                Start(resolve.AskAsync(question, sending));
            }

            free = options.MostAtOnce - Count;
            var units = free > 0 ? await fulfil.BeginAsync(free, stopping) : BegunUnits.None;
            foreach (var submission in units.Submissions)
            {
                Start(submit.RunAsync(submission, sending));
            }

            return questions.IsMore || units.IsMore ? TimeSpan.Zero : units.WaitsForRoom && options.LookEvery > PauseForRoom ? PauseForRoom : options.LookEvery;
        }
#pragma warning disable CA1031 // The next look finds what this one missed; the worker must live.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(exception);
            return options.LookEvery;
        }
    }

    private int Count
    {
        get
        {
            lock (_gate)
            {
                return _underWay.Count;
            }
        }
    }

    private void Start(Task task)
    {
        lock (_gate)
        {
            _underWay.Add(task);
        }

        _ = EndAsync(task);
    }

    private async Task EndAsync(Task task)
    {
        try
        {
            await task;
        }
#pragma warning disable CA1031 // Said; the unit is due again by itself.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception);
        }

        bool wasFull;
        lock (_gate)
        {
            wasFull = _underWay.Count >= options.MostAtOnce;
            _underWay.Remove(task);
        }

        if (wasFull)
        {
            signal.Raise();
        }
    }

    private async Task FinishAsync(CancellationTokenSource sending)
    {
        Task[] left;
        lock (_gate)
        {
            left = [.. _underWay];
        }

        var all = Task.WhenAll(left);
        await Task.WhenAny(all, Task.Delay(Patience, time));
        await sending.CancelAsync();
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(1, LogLevel.Error, "A look at due units failed; it is tried again.")]
    private partial void LogFailed(Exception exception);
}
