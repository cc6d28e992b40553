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
    private int _asking;

    // A supplier that answers no question any more has each of them under way until its time is over: they must not take the places of other suppliers' units.
    private int MostAsking => Math.Max(1, options.MostAtOnce / 2);

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
            var (free, asking) = Places();
            if (free <= 0)
            {
                return options.LookEvery;
            }

            var questions = asking > 0 ? await resolve.BeginAsync(asking, stopping) : BegunQuestions.None;
            foreach (var question in questions.Questions)
            {
                Start(resolve.AskAsync(question, sending), asks: true);
            }

            (free, _) = Places();
            var units = free > 0 ? await fulfil.BeginAsync(free, stopping) : BegunUnits.None;
            foreach (var submission in units.Submissions)
            {
                Start(submit.RunAsync(submission, sending), asks: false);
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

    private (int Free, int Asking) Places()
    {
        lock (_gate)
        {
            var free = options.MostAtOnce - _underWay.Count;
            return (free, Math.Min(Math.Max(1, free / 2), MostAsking - _asking));
        }
    }

    private void Start(Task task, bool asks)
    {
        lock (_gate)
        {
            _underWay.Add(task);
            _asking += asks ? 1 : 0;
        }

        _ = EndAsync(task, asks);
    }

    private async Task EndAsync(Task task, bool asks)
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
            wasFull = _underWay.Count >= options.MostAtOnce || (asks && _asking >= MostAsking);
            _underWay.Remove(task);
            _asking -= asks ? 1 : 0;
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
