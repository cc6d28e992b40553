namespace Fulfilment.Core.Webhooks;

/// <summary>
/// What a worker has leased and may send now. Each endpoint has a lane with a window: how many may be under way to it, growing with each success and back to one
/// with a failure; one that does nothing but fail is left alone for up to half a minute between two tries. Lanes whose endpoints do not answer within a second, or answered with a failure, share places of their own, and what is under way to them
/// takes none of the others': an endpoint that answers promptly waits for nobody.
/// </summary>
/// <param name="mostAtOnce">Places of quick lanes, and as many of slow ones.</param>
/// <param name="mostPerEndpoint">The widest window.</param>
/// <param name="time">The monotonic clock.</param>
public sealed class DeliveryLanes(int mostAtOnce, int mostPerEndpoint, TimeProvider time)
{
    private const int FirstWindow = 1, QueuePerPlace = 32;

    // An event that an endpoint does not like is no reason to leave it alone; one failure after the other is.
    private const int FailuresBorne = 5;

    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(1), LongestRest = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Lane> _lanes = [];
    private readonly Queue<Lane> _turns = new();

    /// <summary>How many are under way.</summary>
    public int UnderWay
    {
        get
        {
            lock (_gate)
            {
                return _lanes.Values.Sum(lane => lane.Started.Count);
            }
        }
    }

    /// <summary>How many more deliveries to lease for this endpoint.</summary>
    public int RoomFor(long endpointId)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(endpointId, out var lane)
                ? (IsResting(lane) ? 0 : lane.Failures > 0 ? 1 : lane.Window * (IsSlow(lane) ? 1 : QueuePerPlace)) - lane.Queue.Count - lane.Started.Count
                : Math.Min(FirstWindow, mostPerEndpoint) * QueuePerPlace;
        }
    }

    /// <summary>Puts leased deliveries behind those that their lanes have.</summary>
    public void Add(IEnumerable<LeasedDelivery> deliveries)
    {
        ArgumentNullException.ThrowIfNull(deliveries);
        lock (_gate)
        {
            foreach (var delivery in deliveries)
            {
                if (!_lanes.TryGetValue(delivery.Target.Id, out var lane))
                {
                    _lanes.Add(delivery.Target.Id, lane = new Lane { Window = Math.Min(FirstWindow, mostPerEndpoint) });
                }

                lane.Queue.Enqueue(delivery);
                TakeTurn(lane);
            }
        }
    }

    /// <summary>The next deliveries to send, each to be handed to <see cref="End"/>; those that have waited too long for what is left of their leases are left out.</summary>
    public IReadOnlyList<StartedDelivery> Start()
    {
        lock (_gate)
        {
            var started = new List<StartedDelivery>();
            var leastLease = (time.GetUtcNow() + WebhookOptions.LeastLease).ToUnixTimeMilliseconds();
            var (quick, slow) = CountPlaces();
            for (var turns = _turns.Count; turns > 0; turns--)
            {
                var lane = _turns.Dequeue();
                lane.HasTurn = false;
                var isSlow = IsSlow(lane);
                if (lane.Started.Count < lane.Window && !IsResting(lane) && (isSlow ? slow : quick) < mostAtOnce && Next(lane, leastLease) is { } delivery)
                {
                    (quick, slow) = isSlow ? (quick, slow + 1) : (quick + 1, slow);
                    started.Add(new StartedDelivery(delivery, lane.Started.AddLast(time.GetTimestamp())));

                    // One each in turn, and round again as long as anybody may.
                    turns = TakeTurn(lane) ? _turns.Count + 1 : turns;
                }
                else
                {
                    TakeTurn(lane);
                }
            }

            return started;
        }
    }

    /// <summary>What was under way has ended.</summary>
    /// <param name="ended">As it was started.</param>
    /// <param name="succeeded">Whether the endpoint took it.</param>
    /// <returns>What its lane leaves to later looks because the endpoint fails.</returns>
    public IReadOnlyList<LeasedDelivery> End(StartedDelivery ended, bool succeeded)
    {
        ArgumentNullException.ThrowIfNull(ended);
        lock (_gate)
        {
            var lane = _lanes[ended.Delivery.Target.Id];
            var took = time.GetElapsedTime(ended.Place.Value);
            lane.Started.Remove(ended.Place);
            lane.Failures = succeeded ? 0 : lane.Failures + 1;
            lane.EndedAt = time.GetTimestamp();
            lane.WasSlow = took > Quick;
            lane.Window = succeeded ? Math.Min(lane.Window + 1, mostPerEndpoint) : 1;
            return succeeded ? [] : Empty(lane);
        }
    }

    /// <summary>Whether this endpoint's lane has nothing to send, and could.</summary>
    public bool IsIdle(long endpointId)
    {
        lock (_gate)
        {
            return !_lanes.TryGetValue(endpointId, out var lane) || (lane.Queue.Count == 0 && !IsResting(lane));
        }
    }

    /// <summary>Endpoints with something that was not started yet.</summary>
    public IReadOnlyList<long> FindWaiting()
    {
        lock (_gate)
        {
            return [.. _lanes.Where(lane => lane.Value.Queue.Count > 0).Select(lane => lane.Key)];
        }
    }

    /// <summary>Empties an endpoint's lane; gives what was never started.</summary>
    public IReadOnlyList<LeasedDelivery> Drop(long endpointId)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(endpointId, out var lane) ? Empty(lane) : [];
        }
    }

    /// <summary>Empties all lanes; gives what was never started.</summary>
    public IReadOnlyList<LeasedDelivery> Clear()
    {
        lock (_gate)
        {
            return [.. _lanes.Values.SelectMany(Empty)];
        }
    }

    private static List<LeasedDelivery> Empty(Lane lane)
    {
        var left = lane.Queue.ToList();
        lane.Queue.Clear();
        return left;
    }

    private static LeasedDelivery? Next(Lane lane, long leastLease)
    {
        while (lane.Queue.TryDequeue(out var delivery))
        {
            if (delivery.LeasedUntilMs >= leastLease)
            {
                return delivery;
            }
        }

        return null;
    }

    private bool TakeTurn(Lane lane)
    {
        if (lane.HasTurn || lane.Queue.Count == 0)
        {
            return false;
        }

        lane.HasTurn = true;
        _turns.Enqueue(lane);
        return true;
    }

    private (int Quick, int Slow) CountPlaces()
    {
        var (quick, slow) = (0, 0);
        foreach (var lane in _lanes.Values)
        {
            (quick, slow) = IsSlow(lane) ? (quick, slow + lane.Started.Count) : (quick + lane.Started.Count, slow);
        }

        return (quick, slow);
    }

    private bool IsSlow(Lane lane) =>
        lane.Failures > 0 || lane.WasSlow || (lane.Started.First is { } oldest && time.GetElapsedTime(oldest.Value) > Quick);

    // An endpoint that is down is tried every half minute at most, whatever waits for it: each try is a place, and a write of what came of it.
    private bool IsResting(Lane lane) => lane.Failures > FailuresBorne
        && time.GetElapsedTime(lane.EndedAt) < TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, Math.Pow(2, lane.Failures - FailuresBorne - 1)));

    private sealed class Lane
    {
        public Queue<LeasedDelivery> Queue { get; } = new();

        /// <summary>When those under way were started, the oldest first.</summary>
        public LinkedList<long> Started { get; } = new();

        public int Window { get; set; }

        /// <summary>One after the other.</summary>
        public int Failures { get; set; }

        public long EndedAt { get; set; }

        public bool WasSlow { get; set; }

        public bool HasTurn { get; set; }
    }
}

/// <summary>A delivery under way.</summary>
/// <param name="Delivery">As it was leased.</param>
/// <param name="Place">Its place in its lane.</param>
public sealed record StartedDelivery(LeasedDelivery Delivery, LinkedListNode<long> Place);
