namespace Fulfilment.Infrastructure.Pool;

/// <summary>A queue of card keys that can be added to at both ends: a ring in one array, which grows with what is in it. Not safe for several threads.</summary>
internal sealed class WindowBuffer
{
    private const int SmallestRing = 256;

    private WindowKey[] _ring = [];
    private int _head;

    public int Count { get; private set; }

    public WindowKey First => _ring[_head];

    public long IdAt(int place) => _ring[(_head + place) & (_ring.Length - 1)].Id;

    public WindowKey TakeFirst()
    {
        var key = _ring[_head];
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        return key;
    }

    /// <summary>Puts keys in front, the first of them foremost.</summary>
    public void AddFirst(IReadOnlyCollection<long> ids, int expiresOn)
    {
        MakeRoom(ids.Count);
        _head = (_head - ids.Count) & (_ring.Length - 1);
        var place = _head;
        foreach (var id in ids)
        {
            _ring[place] = new WindowKey(expiresOn, id);
            place = (place + 1) & (_ring.Length - 1);
        }

        Count += ids.Count;
    }

    public void AddLast(ReadOnlySpan<WindowKey> keys)
    {
        MakeRoom(keys.Length);
        var tail = (_head + Count) & (_ring.Length - 1);
        var toEnd = Math.Min(keys.Length, _ring.Length - tail);
        keys[..toEnd].CopyTo(_ring.AsSpan(tail));
        keys[toEnd..].CopyTo(_ring);
        Count += keys.Length;
    }

    public void Clear() => (_head, Count) = (0, 0);

    private void MakeRoom(int more)
    {
        if (Count + more <= _ring.Length && _ring.Length > 0)
        {
            return;
        }

        // A power of two, so that places wrap with a mask.
        var ring = new WindowKey[Math.Max(SmallestRing, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(Count + more)))];
        var toEnd = Math.Min(Count, _ring.Length - _head);
        _ring.AsSpan(_head, toEnd).CopyTo(ring);
        _ring.AsSpan(0, Count - toEnd).CopyTo(ring.AsSpan(toEnd));
        (_ring, _head) = (ring, 0);
    }
}
