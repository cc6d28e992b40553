using Fulfilment.Core.Webhooks;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>Workers beside each other, beside bad endpoints, and dying.</summary>
[Trait("Engine", "Sqlite")]
public sealed class WebhookWorkerTests : IAsyncLifetime
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private WebhookDesk _desk = null!;
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync()
    {
        _desk = await WebhookDesk.OpenAsync();
        _receiver = await Receiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _desk.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    /// <summary>Twenty endpoints never answer, with more to send than there are places: the one that answers gets everything within a few.</summary>
    [Fact]
    public async Task EndpointsThatNeverAnswer_DoNotDelayTheOneThatDoes()
    {
        await using var silent = await Receiver.StartAsync();
        silent.Answer = (_, http) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        for (var i = 0; i < 20; i++)
        {
            await _desk.EndpointAsync($"{silent.Url}/{i}", storefront: 100 + i);
            await _desk.EventsAsync(50, storefront: 100 + i);
        }

        var good = await _desk.EndpointAsync(_receiver.Url);
        await _desk.EventsAsync(300);
        var start = _desk.Time.GetUtcNow();

        _desk.Work(WebhookOptions.Default with { MostAtOnce = 8 });
        await _desk.UntilAsync(async () => (await _desk.DeliveriesAsync(good.Id)).Count(one => one.State == DeliveryState.Delivered) == 300, Step);

        Assert.Equal(300, _receiver.Received.Select(webhook => webhook.Id).Distinct().Count());
        Assert.True(silent.Received.Count >= 8, $"{silent.Received.Count} were under way to the silent ones.");
        Assert.InRange(_desk.Time.GetUtcNow() - start, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task TwoWorkers_SendEachEventOnce()
    {
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        _desk.Work();
        _desk.Work(store: _desk.OpenAnotherStore());
        for (var i = 0; i < 20; i++)
        {
            await _desk.EventsAsync(40);
            _desk.Time.Advance(Step);
        }

        await _desk.UntilAsync(async () => (await _desk.DeliveriesAsync(endpoint.Id)).Count(one => one.State == DeliveryState.Delivered) == 800, Step);

        Assert.Equal(800, _receiver.Received.Count);
        Assert.Equal(800, _receiver.Received.Select(webhook => webhook.Id).Distinct().Count());
    }

    /// <summary>A worker dies before or after one of its writes; another finds everything, with the same ids.</summary>
    [Theory]
    [InlineData("queue", false)]
    [InlineData("queue", true)]
    [InlineData("take", false)]
    [InlineData("take", true)]
    [InlineData("record", false)]
    [InlineData("record", true)]
    public async Task AWorkerThatDiesAtAWrite_LosesNothing(string write, bool afterIt)
    {
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        var events = await _desk.EventsAsync(30);
        if (write == "take")
        {
            var waiting = await _desk.Store.FindWaitingAsync(500, TestContext.Current.CancellationToken);
            await _desk.Store.QueueAsync(waiting, _ => false, _desk.Time.GetUtcNow());
        }

        var dying = new DyingStore(_desk.Store, write, afterIt);
        _desk.Work(store: dying);
        await _desk.UntilAsync(() => Task.FromResult(dying.IsDead), Step);
        _desk.Work();

        await _desk.UntilAsync(async () => (await _desk.DeliveriesAsync(endpoint.Id)).Count(one => one.State == DeliveryState.Delivered) == events.Count, Step);

        Assert.Equal(events.Count, _receiver.Received.Select(webhook => webhook.Id).Distinct().Count());
        Assert.Equal(0, await _desk.CountAsync("SELECT count(*) FROM outbox WHERE waiting = 1"));
    }

    /// <summary>Fails at one write, and at every one after it: the process is gone.</summary>
    private sealed class DyingStore(IWebhookDeliveryStore store, string write, bool afterIt) : IWebhookDeliveryStore
    {
        public bool IsDead { get; private set; }

        public Task<IReadOnlyList<WebhookMessage>> FindWaitingAsync(int limit, CancellationToken cancellation) => Alive(() => store.FindWaitingAsync(limit, cancellation));

        public Task<IReadOnlyList<LeasedDelivery>?> QueueAsync(IReadOnlyList<WebhookMessage> messages, Func<long, bool> leases, DateTimeOffset now) =>
            DieAtAsync("queue", () => store.QueueAsync(messages, leases, now));

        public Task<IReadOnlyList<long>> FindDueEndpointsAsync(DateTimeOffset now, CancellationToken cancellation) => Alive(() => store.FindDueEndpointsAsync(now, cancellation));

        public Task<IReadOnlyList<LeasedDelivery>> TakeAsync(long endpointId, int most, DateTimeOffset now, CancellationToken cancellation) =>
            DieAtAsync("take", () => store.TakeAsync(endpointId, most, now, cancellation));

        public Task RecordAsync(IReadOnlyList<DeliveryResult> results, DateTimeOffset now) => DieAtAsync("record", async () =>
        {
            await store.RecordAsync(results, now);
            return 0;
        });

        public Task<bool> ReplayAsync(DateTimeOffset now, CancellationToken cancellation) => Alive(() => store.ReplayAsync(now, cancellation));

        public Task<long> PruneAsync(long beforeEvent, DateTimeOffset now, CancellationToken cancellation) => Alive(() => store.PruneAsync(beforeEvent, now, cancellation));

        private Task<T> Alive<T>(Func<Task<T>> run) => IsDead ? Task.FromException<T>(new IOException("The process is gone.")) : run();

        private async Task<T> DieAtAsync<T>(string at, Func<Task<T>> run)
        {
            if (at == write || IsDead)
            {
                if (afterIt && !IsDead)
                {
                    await run();
                }

                IsDead = true;
                throw new IOException("The process is gone.");
            }

            return await run();
        }
    }
}
