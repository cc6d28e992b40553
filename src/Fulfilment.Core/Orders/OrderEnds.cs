namespace Fulfilment.Core.Orders;

/// <summary>
/// Tells those who wait in this process that an order has come to its end. A hint like every signal: the end may have come on another node, so whoever waits
/// looks at the order now and then too.
/// </summary>
public sealed class OrderEnds
{
    /// <summary>Most that wait at once; more are not let wait.</summary>
    public const int MostWaiting = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, List<Waiting>> _byOrder = [];
    private int _count;

    /// <summary>Called once the end is durable.</summary>
    public void Raise(long orderId)
    {
        List<Waiting>? waiting;
        lock (_lock)
        {
            if (!_byOrder.TryGetValue(orderId, out waiting))
            {
                return;
            }

            waiting = [.. waiting];
        }

        waiting.ForEach(one => one.End());
    }

    /// <summary>Waits for the order's end until it is disposed of; null when too many wait already. Begin before looking at the order: an end in between is then not missed.</summary>
    public Waiting? TryWait(long orderId)
    {
        lock (_lock)
        {
            if (_count >= MostWaiting)
            {
                return null;
            }

            _count++;
            var waiting = new Waiting(this, orderId);
            if (!_byOrder.TryGetValue(orderId, out var others))
            {
                _byOrder.Add(orderId, others = []);
            }

            others.Add(waiting);
            return waiting;
        }
    }

    private void Leave(Waiting waiting)
    {
        lock (_lock)
        {
            if (_byOrder.TryGetValue(waiting.OrderId, out var others) && others.Remove(waiting))
            {
                _count--;
                if (others.Count == 0)
                {
                    _byOrder.Remove(waiting.OrderId);
                }
            }
        }
    }

    /// <summary>One who waits.</summary>
    public sealed class Waiting : IDisposable
    {
        private readonly OrderEnds _ends;
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Waiting(OrderEnds ends, long orderId) => (_ends, OrderId) = (ends, orderId);

        /// <summary>Completes when the end is told of.</summary>
        public Task Ended => _ended.Task;

        internal long OrderId { get; }

        /// <summary>Waits no longer.</summary>
        public void Dispose() => _ends.Leave(this);

        internal void End() => _ended.TrySetResult();
    }
}
