using System.Collections.Concurrent;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Spreads the units that wait for a busy supplier over the time in which it will have room for them, so that a long queue is not read and put off again with
/// every look. They come due about twice as fast as the supplier took units lately: some are put off once more, and no room stays empty for long.
/// </summary>
internal sealed class SupplierPace
{
    private const double Ahead = 2, LeastPerSecond = 50;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Pace> _bySupplier = new(StringComparer.Ordinal);

    /// <summary>The supplier took a unit.</summary>
    public void Taken(string supplier, DateTimeOffset now) => Of(supplier).Taken(now);

    /// <summary>When a unit is due again for which the supplier has no room now.</summary>
    public DateTimeOffset PutOff(string supplier, DateTimeOffset now, TimeSpan retryAfter) => Of(supplier).PutOff(now, retryAfter);

    private Pace Of(string supplier) => _bySupplier.GetOrAdd(supplier, static _ => new Pace());

    private sealed class Pace
    {
        private readonly Lock _gate = new();
        private DateTimeOffset _windowStart;
        private DateTimeOffset _last;
        private double _perSecond = LeastPerSecond;
        private int _taken;

        public void Taken(DateTimeOffset now)
        {
            lock (_gate)
            {
                Turn(now);
                _taken++;
            }
        }

        public DateTimeOffset PutOff(DateTimeOffset now, TimeSpan retryAfter)
        {
            lock (_gate)
            {
                Turn(now);
                var (first, latest) = (now + retryAfter, now + retryAfter + LongestWait);
                var next = _last + TimeSpan.FromSeconds(1 / (Ahead * _perSecond));
                _last = next < first ? first : next > latest ? latest : next;
                return _last;
            }
        }

        private void Turn(DateTimeOffset now)
        {
            var passed = now - _windowStart;
            if (passed >= Window)
            {
                _perSecond = Math.Max(LeastPerSecond, _taken / passed.TotalSeconds);
                (_windowStart, _taken) = (now, 0);
            }
        }
    }
}
