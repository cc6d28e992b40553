using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Tests.Webhooks;

/// <summary>Webhooks as they are stored, on every engine: two nodes at the same rows, leases that end, pauses, replays and what is deleted.</summary>
public sealed class WebhookStoreTests : IAsyncLifetime
{
    private static readonly WebhookAnswer Taken = new(200, null, "ok"), Refused = new(503, null, new string('喝', WebhookAnswer.LongestText)), Gone = new(410, null, null);

    private WebhookStoreRoom _room = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _room = await WebhookStoreRoom.OpenAsync();

    public ValueTask DisposeAsync()
    {
        _room.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Event_IsQueuedByOneNode_ForEveryEndpointThatWantsIt()
    {
        var own = await _room.EndpointAsync();
        var other = await _room.EndpointAsync(WebhookStoreRoom.OtherStorefront, WebhookEvent.AccountLow);
        var unwanted = await _room.EndpointAsync(types: WebhookEvent.OrderFulfilled);
        var mine = await _room.EventsAsync(3);
        var everyones = Assert.Single(await _room.EventsAsync(1, WebhookStoreRoom.Everyone));

        var waiting = await _room.Store.FindWaitingAsync(500, Cancellation);
        var queued = await Task.WhenAll(_room.Store.QueueAsync(waiting, id => id == own.Id, _room.Now), _room.Another.QueueAsync(waiting, id => id == own.Id, _room.Now));

        Assert.Equal([.. mine, everyones], (await _room.DeliveriesAsync(own)).Select(delivery => delivery.EventId));
        Assert.Equal([everyones], (await _room.DeliveriesAsync(other)).Select(delivery => delivery.EventId));
        Assert.Empty(await _room.DeliveriesAsync(unwanted));
        Assert.Empty(await _room.Store.FindWaitingAsync(500, Cancellation));

        // Who was quicker has leased what it sends itself, and the rest is due for everybody.
        var leased = Assert.Single(queued, one => one is not null)!;
        Assert.Equal(4, leased.Count);
        Assert.All(leased, delivery => Assert.Equal([1, 2, 3], Assert.Single(delivery.Target.Secrets).Value));
        Assert.Equal([other.Id], await _room.Store.FindDueEndpointsAsync(_room.Now, Cancellation));
    }

    [Fact]
    public async Task DueDelivery_IsTakenByOneNode_AndByAnotherOnceItsLeaseIsOver()
    {
        var endpoint = await _room.EndpointAsync();
        for (var round = 0; round < 5; round++)
        {
            await _room.EventsAsync(4);
            await _room.QueueAsync();
            // Each may have been in the other's way.
            var taken = new List<LeasedDelivery>();
            while (taken.Count < 4)
            {
                taken.AddRange((await Task.WhenAll(_room.TakeAsync(endpoint), _room.TakeAsync(endpoint, _room.Another))).SelectMany(one => one));
            }

            Assert.Equal(4, taken.DistinctBy(delivery => delivery.Message.Id).Count());
            await _room.RecordAsync(taken, DeliveryEnd.Delivered, Taken);
        }

        var lost = await _room.TakeNewAsync(endpoint, 2);
        _room.Time.Stall(WebhookOptions.Lease - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await _room.TakeAsync(endpoint, _room.Another));
        _room.Time.Stall(TimeSpan.FromMilliseconds(1));
        var found = await _room.TakeAsync(endpoint, _room.Another);
        Assert.Equal(lost.Select(delivery => delivery.Message.Id), found.Select(delivery => delivery.Message.Id));

        // What the first one comes back with is not about the lease that holds now.
        await _room.RecordAsync(lost, DeliveryEnd.Delivered, Taken);
        Assert.Equal(2, (await _room.DeliveriesAsync(endpoint, DeliveryState.Waiting)).Count);
        await _room.RecordAsync(found, DeliveryEnd.Delivered, Taken, store: _room.Another);
        Assert.Equal(22, (await _room.DeliveriesAsync(endpoint, DeliveryState.Delivered)).Count);
    }

    [Fact]
    public async Task Results_AreKept_AndWhatFailedIsDueLater()
    {
        var endpoint = await _room.EndpointAsync();
        var taken = await _room.TakeNewAsync(endpoint, 4);

        await _room.RecordAsync([taken[0]], DeliveryEnd.Delivered, Taken);
        await _room.RecordAsync([taken[1]], DeliveryEnd.Retried, Refused, TimeSpan.FromMinutes(5));
        await _room.RecordAsync([taken[2]], DeliveryEnd.GivenUp, new WebhookAnswer(null, "timeout", null));
        await _room.RecordAsync([taken[3]], DeliveryEnd.Released, dueAfter: TimeSpan.Zero);

        var deliveries = await _room.DeliveriesAsync(endpoint);
        Assert.Equal([DeliveryState.Delivered, DeliveryState.Waiting, DeliveryState.Failed, DeliveryState.Waiting], deliveries.Select(delivery => delivery.State));
        Assert.Equal([1, 1, 1, 0], deliveries.Select(delivery => delivery.Attempts));
        Assert.Equal([Taken, Refused, new WebhookAnswer(null, "timeout", null), null], deliveries.Select(delivery => delivery.Answer));
        Assert.Equal(_room.Now.AddMinutes(5), deliveries[1].DueAt);
        Assert.Equal(taken[3].Message.Id, Assert.Single(await _room.TakeAsync(endpoint)).Message.Id);

        // It has taken one since the other was queued: no reason to keep everything back.
        Assert.Equal(EndpointState.Active, (await _room.FindAsync(endpoint.Id))!.Endpoint.State);
    }

    [Fact]
    public async Task EndpointThatIsGone_IsPausedOnce_AndItsAlertIsOverWithItsNextSuccess()
    {
        var endpoint = await _room.EndpointAsync();
        var taken = await _room.TakeNewAsync(endpoint, 2);

        await Task.WhenAll(
            _room.RecordAsync([taken[0]], DeliveryEnd.Gone, Gone, TimeSpan.Zero),
            _room.RecordAsync([taken[1]], DeliveryEnd.Gone, Gone, TimeSpan.Zero, _room.Another));

        Assert.Equal((EndpointState.Paused, PauseReason.Gone), ((await _room.FindAsync(endpoint.Id))!.Endpoint.State, (await _room.FindAsync(endpoint.Id))!.Endpoint.PauseReason));
        Assert.Equal(1, await UnresolvedAsync());
        Assert.Equal(1, await _room.CountAsync("SELECT count(*) FROM audit_entries WHERE action = 'webhookEndpoint.paused'"));
        Assert.Empty(await _room.TakeAsync(endpoint));
        Assert.Empty(await _room.Store.FindDueEndpointsAsync(_room.Now, Cancellation));

        _room.Time.Stall(TimeSpan.FromMinutes(1));
        Assert.Equal(EndpointState.Active, (await _room.Endpoints.ResumeAsync(endpoint.Id, WebhookStoreRoom.Storefront, _room.Now, WebhookStoreRoom.Shop)).Value.State);
        await _room.RecordAsync(await _room.TakeAsync(endpoint), DeliveryEnd.Delivered, Taken);

        Assert.Equal(0, await UnresolvedAsync());
        Assert.Null((await _room.FindAsync(endpoint.Id))!.Endpoint.PausedAt);
        Assert.Equal(2, (await _room.DeliveriesAsync(endpoint, DeliveryState.Delivered)).Count);

        Task<long> UnresolvedAsync() => _room.CountAsync("SELECT count(*) FROM alerts WHERE status <> 20 AND kind = @kind", new { kind = AlertKind.EndpointPaused });
    }

    [Fact]
    public async Task Replay_QueuesWhatWasAskedFor_Again_AndWhatWasNeverQueued()
    {
        var endpoint = await _room.EndpointAsync();
        var taken = await _room.TakeNewAsync(endpoint, 5);
        await _room.RecordAsync(taken.Take(4), DeliveryEnd.Delivered, Taken);
        await _room.RecordAsync([taken[4]], DeliveryEnd.Retried, Refused, TimeSpan.FromHours(1));
        var missed = Assert.Single(await _room.EventsAsync(1, waiting: false));
        await _room.EventsAsync(1, WebhookStoreRoom.OtherStorefront, waiting: false);

        _room.Time.Stall(TimeSpan.FromMinutes(1));
        await _room.Endpoints.ReplayAsync(endpoint.Id, null, taken[0].Message.Id, IdGenerator.FirstAt(_room.Now) - 1, WebhookStoreRoom.Shop);
        await Task.WhenAll(ReplayAsync(_room.Store), ReplayAsync(_room.Another));

        Assert.Equal([taken[1].Message.Id, taken[2].Message.Id, taken[3].Message.Id, missed], (await _room.TakeAsync(endpoint)).Select(delivery => delivery.Message.Id).Order());
        Assert.Equal([taken[0].Message.Id], (await _room.DeliveriesAsync(endpoint, DeliveryState.Delivered)).Select(delivery => delivery.EventId));
        Assert.Equal(_room.Now.AddMinutes(59), (await _room.DeliveriesAsync(endpoint)).Single(delivery => delivery.EventId == taken[4].Message.Id).DueAt);

        async Task ReplayAsync(IWebhookDeliveryStore store)
        {
            while (await store.ReplayAsync(_room.Now, Cancellation))
            {
            }
        }
    }

    [Fact]
    public async Task OldEvents_AreDeleted_ButForThoseThatWait_AndDeletedEndpointsWithAllTheirs()
    {
        var (kept, deleted) = (await _room.EndpointAsync(), await _room.EndpointAsync());
        await _room.RecordAsync(await _room.TakeNewAsync(kept, 3), DeliveryEnd.Delivered, Taken);
        var waits = Assert.Single(await _room.EventsAsync(1));
        _room.Time.Stall(TimeSpan.FromDays(1));
        var before = IdGenerator.FirstAt(_room.Now);
        await _room.EventsAsync(2);
        Assert.Null((await _room.Endpoints.DeleteAsync(deleted.Id, WebhookStoreRoom.Storefront, WebhookStoreRoom.Shop)).Refusal);

        for (var left = 1L; left > 0;)
        {
            left = await _room.Store.PruneAsync(before, _room.Now, Cancellation);
        }

        Assert.Empty(await _room.DeliveriesAsync(kept));
        Assert.Equal(3, await _room.CountAsync("SELECT count(*) FROM outbox"));
        Assert.Equal(1, await _room.CountAsync("SELECT count(*) FROM outbox WHERE id = @waits", new { waits }));
        Assert.Equal([kept.Id], (await _room.Endpoints.ListAsync(null, long.MaxValue, 10, Cancellation)).Select(endpoint => endpoint.Id));
        Assert.Equal(0, await _room.CountAsync("SELECT count(*) FROM webhook_deliveries") + await _room.CountAsync("SELECT count(*) FROM webhook_endpoints WHERE id = @Id", new { deleted.Id }));
    }

    [Fact]
    public async Task Secrets_AreTwoAtMost_AndTheOldOneEnds()
    {
        var endpoint = await _room.EndpointAsync();
        await RotateAsync(4);
        await RotateAsync(5);
        Assert.Equal([5, 4], await SecretsAsync());

        _room.Time.Stall(WebhookOptions.SecretOverlap);
        Assert.Equal([5], await SecretsAsync());
        Assert.Null(await _room.Endpoints.FindAsync(endpoint.Id, WebhookStoreRoom.OtherStorefront, Cancellation));

        async Task RotateAsync(byte secret) => Assert.Null((await _room.Endpoints.RotateAsync(
            endpoint.Id, WebhookStoreRoom.Storefront, new ProtectedSecret(_room.Ids.Next(), [secret]), _room.Now + WebhookOptions.SecretOverlap, WebhookStoreRoom.Shop)).Refusal);

        async Task<IEnumerable<int>> SecretsAsync() => (await _room.FindAsync(endpoint.Id))!.Secrets.Select(secret => (int)secret.Value[0]);
    }
}
