using System.Data.Common;
using Dapper;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Storage;

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

    /// <summary>What is due is found by both: each delivery is leased by one of them, and none waits for a lease that nobody uses.</summary>
    [Fact]
    public async Task TwoWhoTakeTheSame_LeaseEachDeliveryOnce_AndTheLoserNone()
    {
        var (endpoint, other) = (await _desk.EndpointAsync(_receiver.Url), _desk.OpenAnotherStore());
        await _desk.EventsAsync(4);
        await _desk.Store.QueueAsync(await _desk.Store.FindWaitingAsync(500, TestContext.Current.CancellationToken), _ => false, _desk.Time.GetUtcNow());

        Assert.Equal(2, (await TakeAsync(_desk.Store, endpoint, 2)).Count);
        Assert.Equal(2, (await TakeAsync(other, endpoint, 4)).Count);
        Assert.Empty(await TakeAsync(_desk.Store, endpoint, 4));
        _desk.Time.Stall(WebhookOptions.Lease);

        // Between the look and the lease of one, the other takes some.
        var meddling = new MeddlingDatabase(_desk.Database, () => TakeAsync(other, endpoint, 1));
        Assert.Empty(await TakeAsync(new WebhookDeliveryStore(meddling, _desk.Ids), endpoint, 4));
        Assert.Equal(3, (await TakeAsync(_desk.Store, endpoint, 4)).Count);
    }

    /// <summary>Somebody deletes or pauses an endpoint whose lane is full: what was leased is not sent any more a second later.</summary>
    [Theory]
    [InlineData("DELETE FROM webhook_endpoints WHERE id = @id")]
    [InlineData("UPDATE webhook_endpoints SET state = 20 WHERE id = @id")]
    [InlineData("UPDATE webhook_endpoints SET state = 11 WHERE id = @id")]
    public async Task AnEndpointThatWasStopped_GetsNothingOfWhatItsLaneHolds(string stop)
    {
        var answer = new TaskCompletionSource();
        _receiver.Answer = (_, http) => answer.Task.WaitAsync(http.RequestAborted);
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        await _desk.EventsAsync(20);
        _desk.Work();
        await _desk.UntilAsync(() => Task.FromResult(_receiver.Received.Count == 1), Step);

        await _desk.Database.WriteAsync(connection => connection.ExecuteAsync(stop, new { id = endpoint.Id }));
        var released = "SELECT count(*) FROM webhook_deliveries WHERE state = 10 AND due_at <= " + _desk.Time.GetUtcNow().AddSeconds(5).ToUnixTimeMilliseconds();
        await _desk.UntilAsync(async () => await _desk.CountAsync(released) == 19, Step);
        answer.SetResult();
        await _desk.UntilAsync(async () => await _desk.CountAsync("SELECT count(*) FROM webhook_deliveries WHERE state = 20") == 1, Step);

        Assert.Single(_receiver.Received);
    }

    /// <summary>A worker slept past its lease, and another has the event now.</summary>
    [Fact]
    public async Task AResultWhoseLeaseIsOver_ChangesNothing()
    {
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        await _desk.EventsAsync(1);
        await _desk.Store.QueueAsync(await _desk.Store.FindWaitingAsync(500, TestContext.Current.CancellationToken), _ => false, _desk.Time.GetUtcNow());
        var first = Assert.Single(await TakeAsync(_desk.Store, endpoint, 1));
        _desk.Time.Stall(WebhookOptions.Lease);
        var second = Assert.Single(await TakeAsync(_desk.OpenAnotherStore(), endpoint, 1));

        var answer = new WebhookAnswer(503, null, null);
        await _desk.Store.RecordAsync([new DeliveryResult(first, DeliveryEnd.Retried, 0, answer)], _desk.Time.GetUtcNow());
        await _desk.Store.RecordAsync([new DeliveryResult(first, DeliveryEnd.Released, 0)], _desk.Time.GetUtcNow());

        Assert.Empty(await TakeAsync(_desk.Store, endpoint, 1));
        Assert.Equal(0, Assert.Single(await _desk.DeliveriesAsync(endpoint.Id)).Attempts);
        await _desk.Store.RecordAsync([new DeliveryResult(second, DeliveryEnd.Delivered, null, answer with { Status = 200 })], _desk.Time.GetUtcNow());
        Assert.Equal(DeliveryState.Delivered, Assert.Single(await _desk.DeliveriesAsync(endpoint.Id)).State);
    }

    [Fact]
    public async Task NothingIsQueued_ForAnEndpointThatWasDeleted()
    {
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        await _desk.EventsAsync(1);
        Assert.Null((await _desk.Endpoints.DeleteAsync(endpoint.Id, WebhookDesk.Storefront, new("storefront:shop-1", null))).Refusal);

        Assert.Empty((await _desk.Store.QueueAsync(await _desk.Store.FindWaitingAsync(500, TestContext.Current.CancellationToken), _ => true, _desk.Time.GetUtcNow()))!);

        Assert.Equal(0, await _desk.CountAsync("SELECT count(*) FROM webhook_deliveries"));
    }

    /// <summary>Every write of the worker goes by guards, so that on SQL Server it locks no ranges that intake adds to.</summary>
    [Fact]
    public async Task Writes_AreGuarded()
    {
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        await _desk.EventsAsync(2);
        var store = new WebhookDeliveryStore(new GuardedOnly(_desk.Database), _desk.Ids);

        Assert.NotNull(await store.QueueAsync(await store.FindWaitingAsync(500, TestContext.Current.CancellationToken), _ => false, _desk.Time.GetUtcNow()));
        var taken = await TakeAsync(store, endpoint, 5);
        await store.RecordAsync([.. taken.Select(delivery => new DeliveryResult(delivery, DeliveryEnd.Gone, 0, new WebhookAnswer(410, null, null)))], _desk.Time.GetUtcNow());
        _desk.Time.Stall(TimeSpan.FromMinutes(1));
        Assert.True(await store.ReplayAsync(_desk.Time.GetUtcNow(), TestContext.Current.CancellationToken));

        Assert.Equal(2, taken.Count);
        Assert.Equal(EndpointState.Paused, (await _desk.FindAsync(endpoint.Id)).State);
    }

    private Task<IReadOnlyList<LeasedDelivery>> TakeAsync(WebhookDeliveryStore store, WebhookEndpoint endpoint, int most) =>
        store.TakeAsync(endpoint.Id, most, _desk.Time.GetUtcNow(), TestContext.Current.CancellationToken);

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

    private sealed class MeddlingDatabase(IDatabase inner, Func<Task> before) : IDatabase
    {
        public SqlDialect Dialect => inner.Dialect;

        public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => inner.ReadAsync(work, cancellation);

        public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => inner.ReadSnapshotAsync(work, cancellation);

        public async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt)
        {
            await before();
            return await inner.WriteAsync(work, priority);
        }
    }

    private sealed class GuardedOnly(IDatabase inner) : IDatabase
    {
        public SqlDialect Dialect => inner.Dialect;

        public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => inner.ReadAsync(work, cancellation);

        public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => inner.ReadSnapshotAsync(work, cancellation);

        public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) =>
            throw new InvalidOperationException("This write locks ranges.");

        public Task<T> WriteGuardedAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => inner.WriteGuardedAsync(work, priority);
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

        public Task<IReadOnlyList<long>> FindStoppedAsync(IReadOnlyCollection<long> endpoints, CancellationToken cancellation) => Alive(() => store.FindStoppedAsync(endpoints, cancellation));

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
