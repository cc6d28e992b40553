using System.Collections.Concurrent;
using System.Threading.Channels;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Host.Jobs;

/// <summary>
/// Sends events to storefronts, on every node that works: each takes what it can, and the guards see to it that no two take the same. A look at the tables now and
/// then makes it certain, a signal prompt. What came of sendings is stored in groups: whatever has ended while the last group was being stored.
/// </summary>
internal sealed partial class WebhookWorker(
    IWebhookDeliveryStore store, DeliverWebhook deliver, JobSignals signals, IJobQueue queue, WebhookOptions options, TimeProvider time, ILogger<WebhookWorker> log)
{
    private const int EventsAtOnce = 500, ResultsAtOnce = 500;

    // An endpoint has ten seconds to answer.
    private static readonly TimeSpan Patience = WebhookOptions.LeastLease, DueEvery = TimeSpan.FromSeconds(1);

    private readonly DeliveryLanes _lanes = new(options.MostAtOnce, options.MostPerEndpoint, time);
    private readonly Channel<DeliveryResult> _results = Channel.CreateUnbounded<DeliveryResult>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<Task, bool> _underWay = [];
    private readonly ConcurrentDictionary<long, bool> _backlog = [];
    private long? _lookedForDue;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var sending = new CancellationTokenSource();
        var storing = StoreAsync();
        try
        {
            while (true)
            {
                if (!await LookAsync(sending.Token, stopping))
                {
                    await signals.Webhooks.WaitAsync(options.LookEvery, time, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Release(_lanes.Clear());
            var all = Task.WhenAll(_underWay.Keys);
            await Task.WhenAny(all, Task.Delay(Patience, time, CancellationToken.None));
            await sending.CancelAsync();
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _results.Writer.Complete();
            await storing;
        }
    }

    /// <summary>One look; tells whether there is more to be done at once.</summary>
    private async Task<bool> LookAsync(CancellationToken sending, CancellationToken stopping)
    {
        try
        {
            var isTime = _lookedForDue is not { } at || time.GetElapsedTime(at) >= DueEvery;
            if (isTime)
            {
                await DropStoppedAsync(stopping);
            }

            var isMore = await QueueAsync(stopping);
            Start(sending);
            if (isTime || !_backlog.IsEmpty)
            {
                isMore |= await store.ReplayAsync(time.GetUtcNow(), stopping);
                await TakeDueAsync(sending, stopping);
            }

            return isMore;
        }
#pragma warning disable CA1031 // The next look finds what this one missed; the worker must live.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(exception);
            return false;
        }
    }

    // What an endpoint's lane holds was leased before somebody deleted or paused it.
    private async Task DropStoppedAsync(CancellationToken stopping)
    {
        if (_lanes.FindWaiting() is { Count: > 0 } waiting)
        {
            foreach (var endpointId in await store.FindStoppedAsync(waiting, stopping))
            {
                Release(_lanes.Drop(endpointId));
            }
        }
    }

    private async Task<bool> QueueAsync(CancellationToken stopping)
    {
        var waiting = await store.FindWaitingAsync(EventsAtOnce, stopping);
        if (waiting.Count == 0)
        {
            return false;
        }

        var leased = await store.QueueAsync(waiting, endpointId => _lanes.RoomFor(endpointId) > 0 && !_backlog.ContainsKey(endpointId), time.GetUtcNow());
        if (leased is null)
        {
            return false;
        }

        _lanes.Add(leased);
        return waiting.Count == EventsAtOnce;
    }

    private async Task TakeDueAsync(CancellationToken sending, CancellationToken stopping)
    {
        _lookedForDue = time.GetTimestamp();
        var due = await store.FindDueEndpointsAsync(time.GetUtcNow(), stopping);
        foreach (var endpointId in _backlog.Keys.Except(due))
        {
            _backlog.TryRemove(endpointId, out _);
        }

        foreach (var endpointId in due)
        {
            var room = Math.Min(_lanes.RoomFor(endpointId), EventsAtOnce);
            if (room > 0)
            {
                var taken = await store.TakeAsync(endpointId, room, time.GetUtcNow(), stopping);
                _lanes.Add(taken);
                Start(sending);
                if (taken.Count == room)
                {
                    _backlog[endpointId] = true;
                }
                else
                {
                    _backlog.TryRemove(endpointId, out _);
                }
            }
        }
    }

    private void Start(CancellationToken sending)
    {
        foreach (var started in _lanes.Start())
        {
            var task = SendAsync(started, sending);
            _underWay[task] = true;
            _ = task.ContinueWith(ended => _underWay.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task SendAsync(StartedDelivery started, CancellationToken sending)
    {
        await Task.Yield();
        var result = await deliver.RunAsync(started.Delivery, sending);
        Release(_lanes.End(started, result.End == DeliveryEnd.Delivered));
        _results.Writer.TryWrite(result);
        var endpointId = started.Delivery.Target.Id;
        if (!sending.IsCancellationRequested)
        {
            Start(sending);
        }

        if (_backlog.ContainsKey(endpointId) && _lanes.IsIdle(endpointId))
        {
            signals.Webhooks.Raise();
        }
    }

    private void Release(IReadOnlyList<LeasedDelivery> left)
    {
        foreach (var delivery in left)
        {
            _results.Writer.TryWrite(new DeliveryResult(delivery, DeliveryEnd.Released, time.GetUtcNow().ToUnixTimeMilliseconds()));
        }
    }

    // What is due later is nudged by the job engine; the look at the table finds it all the same.
    private void Foretell(DeliveryResult result)
    {
        if (result is { End: DeliveryEnd.Retried, DueAtMs: { } due })
        {
            queue.WebhookDue(result.Delivery.Message.Order?.Id, result.Delivery.Message.Id, DateTimeOffset.FromUnixTimeMilliseconds(due));
        }
    }

    private async Task StoreAsync()
    {
        var group = new List<DeliveryResult>();
        while (await _results.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < ResultsAtOnce && _results.Reader.TryRead(out var result))
            {
                group.Add(result);
            }

            try
            {
                await store.RecordAsync(group, time.GetUtcNow());
                group.ForEach(Foretell);
            }
#pragma warning disable CA1031 // What is not stored is sent once more when its lease is over, with the same id.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogNotStored(exception, group.Count);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A look at events for storefronts failed; it is tried again.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Error, "What came of {Count} webhooks could not be stored; they are sent once more.")]
    private partial void LogNotStored(Exception exception, int count);
}
