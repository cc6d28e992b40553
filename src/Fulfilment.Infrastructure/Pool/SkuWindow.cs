using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Pool;

/// <summary>
/// One SKU's window and what is to be read next for it. Holds no I/O: whoever is told to refill asks <see cref="TryNextRead"/> for reads until there is
/// none, and only one does so at a time. Safe for many threads.
/// </summary>
internal sealed class SkuWindow(long skuId, WindowOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly WindowBuffer _keys = new();
    private readonly long _pause = (long)(options.Pause.TotalSeconds * time.TimestampFrequency);

    // The first day keys are read from, and the last key read.
    private int _firstDay = int.MaxValue;
    private WindowKey _cursor;

    // Taken from the table since the window was read, or while it was being read.
    private readonly HashSet<long> _takenElsewhere = [];

    // Grows with each reset, so that a read begun before brings nothing in.
    private int _epoch;
    private bool _refilling;
    private int _neededDay;
    private int _lastTakenDay;
    private int _drift;

    // Timestamps before which the end of the stock is not read again, reading does not start over, and drift resets nothing.
    private long _noReadBefore = long.MinValue;
    private long _noRestartBefore = long.MinValue;
    private long _noDriftBefore = long.MinValue;

    public long SkuId => skuId;

    /// <summary>Moves ids to the need. True: the caller has to start a refill.</summary>
    public bool Take(KeyNeed need)
    {
        lock (_gate)
        {
            _neededDay = need.MinExpiryDay;
            if (need.MinExpiryDay < _firstDay)
            {
                // The first need of all, or the SKU's minimum remaining life was lowered: keys before the cursor's start have become good enough.
                StartOver();
            }

            var wanted = Math.Max(0, need.Count - need.Candidates.Count);
            need.Candidates.EnsureCapacity(need.Candidates.Count + Math.Min(wanted, _keys.Count));
            while (wanted > 0 && _keys.Count > 0)
            {
                var key = _keys.TakeFirst();
                if (_takenElsewhere.Count > 0 && _takenElsewhere.Remove(key.Id))
                {
                    continue;
                }

                if (key.ExpiresOn >= need.MinExpiryDay)
                {
                    need.Candidates.Add(key.Id);
                    _lastTakenDay = key.ExpiresOn;
                    wanted--;
                }
            }

            return ClaimRefill();
        }
    }

    public void Return(IReadOnlyCollection<long> ids)
    {
        lock (_gate)
        {
            // None of them expires later than the last one taken. A day too late is harmless: the guard looks at the key itself.
            _takenElsewhere.ExceptWith(ids);
            _keys.AddFirst(ids, Math.Max(_lastTakenDay, _neededDay));
        }
    }

    /// <summary>Drops everything, reads under way too. True: the caller has to start a refill.</summary>
    public bool Reset()
    {
        lock (_gate)
        {
            StartOver();
            return ClaimRefill();
        }
    }

    /// <summary>Leaves out ids that were taken from the table. True: the caller has to start a refill.</summary>
    public bool ReportTaken(IReadOnlyCollection<long> ids)
    {
        lock (_gate)
        {
            if (_keys.Count == 0 && !_refilling)
            {
                // Whoever goes to the table with an empty window found what the window should have had.
                if (time.GetTimestamp() < _noDriftBefore)
                {
                    return false;
                }

                _noDriftBefore = time.GetTimestamp() + _pause;
                StartOver();
                return ClaimRefill();
            }

            if (_takenElsewhere.Count > options.Size)
            {
                // Most of these can be in no window any more. Forgetting one that is costs its taker a look into the table.
                _takenElsewhere.Clear();
            }

            _takenElsewhere.UnionWith(ids);
            return false;
        }
    }

    /// <summary>Counts ids that were gone. Null: the window stays; else it was reset, and the caller starts a refill if true.</summary>
    public bool? ReportDrift(int count)
    {
        lock (_gate)
        {
            // An empty window that is being read has nothing to be wrong about.
            if (_keys.Count == 0 && _refilling)
            {
                return null;
            }

            _drift += count;
            var now = time.GetTimestamp();
            if (now < _noDriftBefore || (_keys.Count > 0 && _drift < options.DriftThreshold))
            {
                return null;
            }

            _noDriftBefore = now + _pause;
            StartOver();
            return ClaimRefill();
        }
    }

    /// <summary>The stock changed, so a look behind its end is worth while at once. True: the caller has to start a refill.</summary>
    public bool Wake()
    {
        lock (_gate)
        {
            _noReadBefore = _noRestartBefore = long.MinValue;
            return ClaimRefill();
        }
    }

    /// <summary>Where to look for a key that should be in front of this window, and the day such a key would expire before; null for an empty window.</summary>
    public (WindowKey After, int Day, int Epoch)? Front()
    {
        lock (_gate)
        {
            return _keys.Count == 0 ? null : (WindowKey.Before(_firstDay), _keys.First.ExpiresOn, _epoch);
        }
    }

    /// <summary>Resets unless that has been done since <paramref name="epoch"/>. True: the caller has to start a refill.</summary>
    public bool ResetSince(int epoch)
    {
        lock (_gate)
        {
            if (epoch != _epoch)
            {
                return false;
            }

            StartOver();
            return ClaimRefill();
        }
    }

    /// <summary>At most so many ids that a take would give, evenly from front to end.</summary>
    public IReadOnlyList<long> Read(int most)
    {
        lock (_gate)
        {
            var (count, step) = (Math.Min(most, _keys.Count), Math.Max(1, _keys.Count / (double)most));
            var ids = new List<long>(count);
            for (var i = 0; i < count; i++)
            {
                if (_keys.IdAt((int)(i * step)) is var id && !_takenElsewhere.Contains(id))
                {
                    ids.Add(id);
                }
            }

            return ids;
        }
    }

    /// <summary>What the refill reads next; false ends it.</summary>
    public bool TryNextRead(out WindowRead read)
    {
        lock (_gate)
        {
            _refilling = Wants();
            if (_keys.Count == 0)
            {
                // All of these are committed, so this read does not bring them.
                _takenElsewhere.Clear();
            }

            read = new WindowRead(_epoch, _cursor, options.Size - _keys.Count);
            return _refilling;
        }
    }

    /// <summary>Takes what a read brought, unless a reset came between.</summary>
    public void Fill(in WindowRead read, ReadOnlySpan<WindowKey> keys)
    {
        lock (_gate)
        {
            if (read.Epoch != _epoch)
            {
                return;
            }

            if (!keys.IsEmpty)
            {
                _keys.AddLast(keys);
                _cursor = keys[^1];
            }

            if (keys.Length == read.Limit)
            {
                return;
            }

            var now = time.GetTimestamp();
            if (_keys.Count == 0 && now >= _noRestartBefore)
            {
                // Keys may have come back to places the cursor has passed.
                Restart();
                return;
            }

            _noReadBefore = now + _pause;
        }
    }

    /// <summary>A read failed: the next one waits a little.</summary>
    public void Fail()
    {
        lock (_gate)
        {
            _refilling = false;
            _noReadBefore = time.GetTimestamp() + _pause;
        }
    }

    private void StartOver()
    {
        _epoch++;
        _keys.Clear();
        _firstDay = _neededDay;
        _drift = 0;
        _noReadBefore = long.MinValue;
        Restart();
    }

    private void Restart()
    {
        _cursor = WindowKey.Before(_firstDay);
        _noRestartBefore = time.GetTimestamp() + _pause;
    }

    private bool ClaimRefill()
    {
        if (_refilling || !Wants())
        {
            return false;
        }

        return _refilling = true;
    }

    private bool Wants() => _keys.Count < options.Size / 2 && time.GetTimestamp() >= _noReadBefore;
}

/// <summary>How large a window is and how it behaves at its edges.</summary>
internal sealed record WindowOptions
{
    /// <summary>Ids a full window holds.</summary>
    public int Size { get; init; } = 50_000;

    /// <summary>So many ids gone or missing reset a window that is not empty.</summary>
    public int DriftThreshold { get; init; } = 100;

    /// <summary>Between two looks behind the end of the stock, two starts from the beginning, two resets by drift, and after a read that failed.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>One read of a refill.</summary>
/// <param name="Epoch">Of the window when it was asked for.</param>
/// <param name="After">The last key read before.</param>
/// <param name="Limit">The most to read.</param>
internal readonly record struct WindowRead(int Epoch, WindowKey After, int Limit);
