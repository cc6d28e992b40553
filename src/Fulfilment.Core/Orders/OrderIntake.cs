using System.Threading.Channels;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Core.Orders;

/// <summary>Bounds of the intake.</summary>
/// <param name="QueueLimit">Most drafts that wait; more are refused as overloaded.</param>
/// <param name="GroupLimit">Most drafts in one transaction.</param>
/// <param name="UnitLimit">Units after which a group takes no further draft.</param>
public sealed record IntakeOptions(int QueueLimit = 4_096, int GroupLimit = 512, int UnitLimit = OrderRequestRules.MostUnits)
{
    /// <summary>How often a group is repeated as it is when other nodes' work got in its way.</summary>
    public int Repeats { get; init; } = 6;

    /// <summary>The pause before the second repeat, more or less; each further one is twice as long. The first repeat comes at once.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(10);
}

/// <summary>
/// Takes drafts from many callers and commits them in groups. There is no timer: a group is whatever arrived while the last one was committing,
/// so one sync to disk or one round trip pays for many orders under load, and a lone order waits for nobody. Once admitted a draft is finished,
/// even if its caller has gone.
/// </summary>
public sealed partial class OrderIntake : IAsyncDisposable
{
    private readonly Channel<Pending> _queue;
    private readonly IIntakeStore _store;
    private readonly ICardKeyPool _pool;
    private readonly IntakeDecision _decision;
    private readonly IntakeOptions _options;
    private readonly WorkSignal _work;
    private readonly TimeProvider _time;
    private readonly ILogger<OrderIntake> _log;
    private readonly Task _loop;

    /// <summary>Starts taking drafts.</summary>
    public OrderIntake(
        IIntakeStore store, ICardKeyPool pool, IntakeDecision decision, IntakeOptions options, WorkSignal work, TimeProvider time, ILogger<OrderIntake> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_store, _pool, _decision, _options, _work, _time, _log) = (store, pool, decision, options, work, time, log);
        _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(options.QueueLimit) { SingleReader = true });
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Decides a draft. Throws what broke the store, if it breaks for this draft alone; the draft is then not stored.</summary>
    public ValueTask<IntakeOutcome> PlaceAsync(OrderDraft draft)
    {
        var pending = new Pending(draft);
        if (_queue.Writer.TryWrite(pending))
        {
            return new ValueTask<IntakeOutcome>(pending.Task);
        }

        IntakeMetrics.CountOverloaded();
        return ValueTask.FromResult<IntakeOutcome>(new IntakeOutcome.Refused(new Refusal(RefusalCode.Overloaded)));
    }

    /// <summary>Admits no more and finishes what was admitted.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var group = new List<Pending>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            // Units are bounded too: hundreds of the largest orders in one transaction would keep the writer from everybody else, the node's lease
            // among them, for longer than that lease lasts.
            group.Clear();
            var units = 0;
            while (group.Count < _options.GroupLimit && units < _options.UnitLimit && _queue.Reader.TryRead(out var pending))
            {
                group.Add(pending);
                units += pending.Draft.Units;
            }

            IntakeMetrics.CountGroup(group.Count);
            await CommitAsync(group).ConfigureAwait(false);
        }
    }

    // An unexpected error splits the group until the draft at fault stands alone. Each part reads its references anew,
    // so a part that an ambiguous commit did store is found and not repeated. A database that is away fails the group whole: parts would wait as long each.
    private async Task CommitAsync(List<Pending> group)
    {
        try
        {
            var deferred = await RepeatedlyAsync(group).ConfigureAwait(false);
            if (deferred.Count > 0)
            {
                await CommitAsync(deferred).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it must not take the other drafts or the loop with it; the last draft's caller gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (group.Count == 1 || exception is StorageUnavailableException)
            {
                group.ForEach(pending => Fail(pending, exception));
                return;
            }

            LogGroupSplit(exception.GetType().Name, group.Count);
            var half = group.Count / 2;
            await CommitAsync(group.GetRange(0, half)).ConfigureAwait(false);
            await CommitAsync(group.GetRange(half, group.Count - half)).ConfigureAwait(false);
        }
    }

    private void Fail(Pending pending, Exception exception)
    {
        LogDraftFailed(exception, pending.Draft.OrderId);
        pending.Fail(exception);
    }

    // A conflict is nobody's fault in this group: the same again, from the references on, usually goes through.
    private async Task<List<Pending>> RepeatedlyAsync(List<Pending> group)
    {
        for (var repeats = 0; ; repeats++)
        {
            try
            {
                return await DecideAsync(group).ConfigureAwait(false);
            }
            catch (StorageConflictException conflict) when (repeats < MostRepeats(conflict))
            {
                LogGroupRepeated(conflict, group.Count);
                IntakeMetrics.CountRepeated();
            }

            await PauseAsync(repeats, group[0].Draft.OrderId).ConfigureAwait(false);
        }
    }

    // The store has waited for a database that is away; what is needed is one look whether the group was stored.
    private int MostRepeats(StorageConflictException conflict) => conflict is StorageUnavailableException ? Math.Min(_options.Repeats, 2) : _options.Repeats;

    // Two nodes that met must not meet again. No two draw the same number: the node's is in the id.
    private async Task PauseAsync(int repeats, long seed)
    {
        var pause = repeats == 0 ? TimeSpan.Zero : _options.Pause * (1 << (repeats - 1)) * (0.5 + new Random(seed.GetHashCode() + repeats).NextDouble());
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, _time).ConfigureAwait(false);
        }
    }

    private async Task<List<Pending>> DecideAsync(List<Pending> group)
    {
        var drafts = group.ConvertAll(pending => pending.Draft);
        var claims = drafts.ConvertAll(ClaimOf);
        var needs = claims.OfType<OrderClaim>().SelectMany(claim => claim.Needs).ToList();
        IntakeOutcome[]? outcomes = null;
        try
        {
            if (needs.Count > 0)
            {
                await _pool.TakeAsync(needs, CancellationToken.None).ConfigureAwait(false);
            }

            var decided = 0L;
            IntakeOutcome[] decisions = [];
            await _store.RunAsync(async transaction =>
            {
                decisions = await _decision.DecideAsync(transaction, drafts, claims).ConfigureAwait(false);
                decided = _time.GetTimestamp();
            }).ConfigureAwait(false);
            IntakeMetrics.Count(IntakeStage.Commit, _time.GetElapsedTime(decided));
            outcomes = decisions;
        }
        finally
        {
            TellPool(needs, committed: outcomes is not null);
        }

        if (Array.Exists(outcomes, outcome => outcome is IntakeOutcome.Accepted { Order.Status: OrderStatus.Processing }))
        {
            _work.Raise();
        }

        return Answer(group, outcomes);
    }

    // Candidates that no unit got, for whatever reason, are still good guesses; after a failed commit so are the keys that were guessed. Those that the
    // table gave were never the window's, and after a conflict they are most likely another node's by now.
    private void TellPool(List<PartClaim> needs, bool committed)
    {
        foreach (var need in needs)
        {
            if (!committed)
            {
                need.Candidates.AddRange(need.Keys.Select(key => key.Origin.CardKeyId).Except(need.FromTable));
            }
            else if (need.FromTable.Count > 0)
            {
                _pool.ReportTaken(need.SkuId, need.FromTable);
            }

            if (need.Candidates.Count > 0)
            {
                _pool.Return(need.SkuId, need.Candidates);
            }

            if (need.Drift > 0)
            {
                _pool.ReportDrift(need.SkuId, need.Drift);
            }

            IntakeMetrics.CountDrift(need.Drift, need.FromTable.Count);
        }

        _pool.Finish(needs);
    }

    private static OrderClaim? ClaimOf(OrderDraft draft) => draft.Verdict is null ? new OrderClaim(draft) : null;

    private static List<Pending> Answer(List<Pending> group, IntakeOutcome[] outcomes)
    {
        var deferred = new List<Pending>();
        for (var i = 0; i < group.Count; i++)
        {
            if (outcomes[i] is IntakeOutcome.Deferred)
            {
                deferred.Add(group[i]);
            }
            else
            {
                group[i].Succeed(outcomes[i]);
            }
        }

        return deferred;
    }

    [LoggerMessage(1, LogLevel.Error, "Order {OrderId} could not be stored; its caller was told so.")]
    private partial void LogDraftFailed(Exception exception, long orderId);

    [LoggerMessage(2, LogLevel.Warning, "A group of {Count} orders failed ({Error}) and is tried again in halves.")]
    private partial void LogGroupSplit(string error, int count);

    [LoggerMessage(3, LogLevel.Information, "A group of {Count} orders met other work and is repeated.")]
    private partial void LogGroupRepeated(Exception exception, int count);

    // Its caller runs on another thread, so that answering many callers does not hold up the next group.
    private sealed class Pending(OrderDraft draft)
    {
        private readonly TaskCompletionSource<IntakeOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public OrderDraft Draft { get; } = draft;

        public Task<IntakeOutcome> Task => _completion.Task;

        public void Succeed(IntakeOutcome outcome) => _completion.SetResult(outcome);

        public void Fail(Exception exception) => _completion.SetException(exception);
    }
}
