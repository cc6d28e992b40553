using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Tests;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>Who may be sent to now, and how much of it at once.</summary>
public sealed class DeliveryLanesTests
{
    private const long Good = 1, Bad = 2;

    private readonly ManualTimeProvider _time = new();
    private readonly DeliveryLanes _lanes;
    private long _events;

    public DeliveryLanesTests() => _lanes = new DeliveryLanes(mostAtOnce: 4, mostPerEndpoint: 3, _time);

    [Fact]
    public void AWindow_GrowsWithEachSuccess_UpToTheMost_AndFallsToOneWithAFailure()
    {
        Add(Good, 20);
        var started = Assert.Single(_lanes.Start());
        Assert.Empty(_lanes.Start());

        _lanes.End(started, succeeded: true);
        var two = _lanes.Start();
        Assert.Equal(2, two.Count);
        _lanes.End(two[0], succeeded: true);
        _lanes.End(two[1], succeeded: true);
        var three = _lanes.Start();
        Assert.Equal(3, three.Count);

        Assert.Equal(14, _lanes.End(three[0], succeeded: false).Count);
        Add(Good, 5);
        Assert.Empty(_lanes.Start());
        _lanes.End(three[1], succeeded: false);
        _lanes.End(three[2], succeeded: false);
        Add(Good, 5);
        Assert.Single(_lanes.Start());
    }

    /// <summary>Each try of an endpoint that is down is a place, and a write of what came of it.</summary>
    [Fact]
    public void OneThatDoesNothingButFail_RestsEverLonger_UpToHalfAMinute()
    {
        foreach (var rest in (int[])[0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30])
        {
            Add(Bad, 1);
            _lanes.End(Assert.Single(_lanes.Start()), succeeded: false);
            Add(Bad, 1);
            if (rest > 0)
            {
                _time.Stall(TimeSpan.FromSeconds(rest) - TimeSpan.FromMilliseconds(1));
                Assert.Empty(_lanes.Start());
                Assert.True(_lanes.RoomFor(Bad) <= 0);
                _time.Stall(TimeSpan.FromMilliseconds(1));
            }

            _lanes.Drop(Bad);
            Assert.Equal(1, _lanes.RoomFor(Bad));
        }

        Add(Bad, 1);
        _lanes.End(Assert.Single(_lanes.Start()), succeeded: true);
        Add(Bad, 5);
        Assert.Equal(2, _lanes.Start().Count);
    }

    /// <summary>Places of those that do not answer are others than those of who does.</summary>
    [Fact]
    public void WhatIsUnderWayToSlowOnes_TakesNoPlaceOfQuickOnes()
    {
        for (var endpoint = 10L; endpoint < 20; endpoint++)
        {
            Add(endpoint, 5);
        }

        Assert.Equal(4, _lanes.Start().Count);
        _time.Stall(TimeSpan.FromSeconds(1.1));
        Assert.Equal(4, _lanes.Start().Count);
        Add(Good, 5);
        Assert.Empty(_lanes.Start());
        _time.Stall(TimeSpan.FromSeconds(1.1));

        Assert.Contains(_lanes.Start(), started => started.Delivery.Target.Id == Good);
    }

    [Fact]
    public void WhatIsLeftOfALease_IsLessThanASendingNeeds_ItIsNotBegun()
    {
        Add(Good, 3);
        _time.Stall(WebhookOptions.Lease - WebhookOptions.LeastLease);
        _lanes.End(Assert.Single(_lanes.Start()), succeeded: true);
        _time.Stall(TimeSpan.FromMilliseconds(1));

        Assert.Empty(_lanes.Start());
    }

    [Fact]
    public void ADroppedLane_GivesBackWhatWasNotStarted_AndNoOther()
    {
        Add(Good, 3);
        Add(Bad, 3);
        Assert.Equal(2, _lanes.Start().Count);
        Assert.Equal([Good, Bad], _lanes.FindWaiting().Order());

        Assert.Equal(2, _lanes.Drop(Bad).Count);
        Assert.Empty(_lanes.Drop(99));

        Assert.Equal([Good], _lanes.FindWaiting());
        Assert.Equal(2, _lanes.Clear().Count);
        Assert.Equal(2, _lanes.UnderWay);
    }

    private void Add(long endpointId, int count)
    {
        var target = new DeliveryTarget(new WebhookEndpoint(endpointId, 5, "http://127.0.0.1/", null, EndpointState.Active), []);
        var now = _time.GetUtcNow();
        _lanes.Add(Enumerable.Range(0, count).Select(_ => new LeasedDelivery(
            target, new WebhookMessage(++_events, 5, WebhookEvent.AccountLow, null, "{}"), now.ToUnixTimeMilliseconds(), (now + WebhookOptions.Lease).ToUnixTimeMilliseconds(), 0)));
    }
}
