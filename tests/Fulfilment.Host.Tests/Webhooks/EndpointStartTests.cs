using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>Which events a new endpoint gets: those whose transaction ends after its own, whatever their ids say.</summary>
[Trait("Engine", "Sqlite")]
public sealed class EndpointStartTests : IAsyncLifetime
{
    private const int LowerNode = 1;

    private static readonly TimeSpan FirstSeconds = TimeSpan.FromSeconds(16);

    private WebhookDesk _desk = null!;
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync()
    {
        _desk = await WebhookDesk.OpenAsync();
        _receiver = await Receiver.StartAsync();
        _receiver.Answer = (_, _) => Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _desk.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    /// <summary>Two nodes are four seconds apart at most. Who knew of the endpoint marked the event, who did not left it unmarked.</summary>
    [Theory]
    [InlineData(0, 1L)]
    [InlineData(0, null)]
    [InlineData(-4, 1L)]
    [InlineData(-4, null)]
    [InlineData(4, 1L)]
    [InlineData(4, null)]
    public async Task AnEventAfterTheEndpoint_IsSent_WhateverTheClockOfItsNode(int secondsOff, long? waiting)
    {
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        var late = _desk.IdsOf(LowerNode, TimeSpan.FromSeconds(secondsOff)).Next();
        Assert.True(secondsOff > 0 || late < endpoint.Id, "The test would prove nothing.");

        await _desk.StoreAsync([late], waiting: waiting);

        Assert.Equal([late], await SentAsync(endpoint.Id));
        Assert.Empty(await SentAsync(endpoint.Id));
    }

    /// <summary>An event's id is made before its transaction ends, and the transaction may wait.</summary>
    [Fact]
    public async Task AnEventMadeBeforeTheEndpoint_AndStoredAfterIt_IsSent()
    {
        var made = _desk.Ids.Next();
        _desk.Time.Stall(TimeSpan.FromSeconds(20));
        var endpoint = await _desk.EndpointAsync(_receiver.Url);

        await _desk.StoreAsync([made], waiting: null);

        Assert.Equal([made], await SentAsync(endpoint.Id));
    }

    [Theory]
    [InlineData(0, 1L)]
    [InlineData(0, null)]
    [InlineData(4, 1L)]
    [InlineData(4, null)]
    [InlineData(-60, 1L)]
    [InlineData(-60, null)]
    public async Task AnEventBeforeTheEndpoint_IsNotSent_NorShown_AndAReplaySendsIt(int secondsOff, long? waiting)
    {
        var clock = _desk.IdsOf(LowerNode, TimeSpan.FromSeconds(secondsOff));
        var earlier = await _desk.StoreAsync([clock.Next(), clock.Next()], waiting: waiting);
        await _desk.StoreAsync([clock.Next()], storefront: 99, waiting);
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        var after = await _desk.EventsAsync(1);

        Assert.Equal(after, await SentAsync(endpoint.Id));
        Assert.Equal(after, (await _desk.DeliveriesAsync(endpoint.Id)).Select(delivery => delivery.EventId));

        await ReplayAsync(endpoint.Id, _desk.Time.GetUtcNow().AddMinutes(-5));
        Assert.Equal(earlier.Concat(after).Order(), await SentAsync(endpoint.Id));
    }

    /// <summary>A worker that sends at once what it queues goes the same way.</summary>
    [Fact]
    public async Task AWorker_SendsNothingFromBeforeTheEndpoint()
    {
        await _desk.EventsAsync(3);
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        var after = await _desk.EventsAsync(2);

        _desk.Work();
        await _desk.UntilAsync(async () => (await _desk.DeliveriesAsync(endpoint.Id)).Count(one => one.State == DeliveryState.Delivered) == 2, TimeSpan.FromMilliseconds(100));

        Assert.Equal(after.Select(PublicIdOf), _receiver.Received.Select(webhook => webhook.Id).Order());
    }

    [Fact]
    public async Task AReplayInTheFirstSeconds_SendsWhatWasAskedFor_AndTheRestIsNotMissed()
    {
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        var first = await _desk.EventsAsync(1);
        Assert.Equal(first, await SendAsync(endpoint.Id));
        _desk.Time.Stall(TimeSpan.FromSeconds(2));
        var asked = await _desk.EventsAsync(1);
        Assert.Equal(asked, await SendAsync(endpoint.Id));

        _desk.Time.Stall(TimeSpan.FromMilliseconds(2));
        await ReplayAsync(endpoint.Id, IdGenerator.TimeOf(asked[0]));
        _desk.Time.Stall(TimeSpan.FromMilliseconds(2));
        await _desk.Store.ReplayAsync(_desk.Time.GetUtcNow(), CancellationToken.None);
        var slow = await _desk.StoreAsync([_desk.IdsOf(LowerNode, TimeSpan.FromSeconds(-4)).Next()], waiting: null);

        Assert.Equal(slow.Concat(asked).Order(), await SentAsync(endpoint.Id));
    }

    [Fact]
    public async Task AReplay_SendsNothingFromBeforeItsTime()
    {
        var endpoint = await _desk.EndpointAsync(_receiver.Url);
        var before = await _desk.EventsAsync(1);
        _desk.Time.Stall(TimeSpan.FromMinutes(1));
        var asked = await _desk.EventsAsync(2);
        Assert.Equal(before.Concat(asked), await SentAsync(endpoint.Id));

        await ReplayAsync(endpoint.Id, IdGenerator.TimeOf(asked[0]));

        Assert.Equal(asked, await SentAsync(endpoint.Id));
    }

    private static string PublicIdOf(long id) => PublicId.Format(PublicId.Event, id);

    private async Task ReplayAsync(long endpointId, DateTimeOffset from) => Assert.Null(
        (await new ReplayEvents(_desk.Endpoints, _desk.Signals, _desk.Time).RunAsync(endpointId, WebhookDesk.Storefront, from, new Actor("storefront:shop-1", null))).Refusal);

    // Everything that is due once the first seconds are over; in the order of ids.
    private async Task<long[]> SentAsync(long endpointId)
    {
        _desk.Time.Stall(FirstSeconds);
        var sent = await SendAsync(endpointId);
        while (await _desk.Store.ReplayAsync(_desk.Time.GetUtcNow(), CancellationToken.None))
        {
        }

        return [.. sent.Concat(await SendAsync(endpointId)).Order()];
    }

    private async Task<long[]> SendAsync(long endpointId)
    {
        var results = await _desk.SendDueAsync(endpointId);
        Assert.All(results, result => Assert.Equal(DeliveryEnd.Delivered, result.End));
        return [.. results.Select(result => result.Delivery.Message.Id).Order()];
    }
}
