using System.Buffers.Binary;

namespace Fulfilment.Core.CardKeys;

/// <summary>
/// The root over one node's custody entries of one business day: their number and the sum, modulo 2^256, of their seals, sealed itself.
/// A sum can be carried forward by each commit, in any order of keys, and without the custody key nobody can mend it after cutting entries off.
/// </summary>
public sealed class CustodyDay
{
    private readonly byte[] _root;

    /// <summary>A day as stored; the arrays become the day's own.</summary>
    public CustodyDay(int day, int node, long entries, byte[] root, byte[] seal)
    {
        (Day, Node, Entries, _root, Seal) = (day, node, entries, root, seal);
    }

    /// <summary>A day without entries.</summary>
    public CustodyDay(int day, int node)
        : this(day, node, 0, new byte[CustodyChain.SealLength], [])
    {
    }

    /// <summary>Day number in the business zone.</summary>
    public int Day { get; }

    /// <summary>The node that wrote the entries.</summary>
    public int Node { get; }

    /// <summary>How many entries.</summary>
    public long Entries { get; private set; }

    /// <summary>Sum of the entries' seals as 32-byte big-endian numbers.</summary>
    public ReadOnlyMemory<byte> Root => _root;

    /// <summary>HMAC over day, node, number and root.</summary>
    public byte[] Seal { get; private set; }

    /// <summary>Counts one entry in; <see cref="Close"/> has to follow.</summary>
    public void Add(ReadOnlySpan<byte> entrySeal) => Add(1, entrySeal);

    /// <summary>Counts in what another node wrote: the sum then is no single node's row and is never sealed.</summary>
    public void Add(CustodyDay other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Add(other.Entries, other._root);
    }

    /// <summary>Seals the day as it now is.</summary>
    public void Close(ICustodySeal seal)
    {
        Seal = new byte[CustodyChain.SealLength];
        Compute(seal, Seal);
    }

    /// <summary>Whether the seal is that of this day.</summary>
    public bool Verify(ICustodySeal seal)
    {
        Span<byte> expected = stackalloc byte[CustodyChain.SealLength];
        Compute(seal, expected);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(expected, Seal);
    }

    private void Add(long entries, ReadOnlySpan<byte> sum)
    {
        Entries += entries;
        var carry = 0;
        for (var i = _root.Length - 1; i >= 0; i--)
        {
            carry += _root[i] + sum[i];
            _root[i] = (byte)carry;
            carry >>= 8;
        }
    }

    private void Compute(ICustodySeal seal, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(seal);
        Span<byte> message = stackalloc byte[1 + 4 + 4 + 8 + CustodyChain.SealLength];
        message[0] = 3;
        BinaryPrimitives.WriteInt32BigEndian(message[1..], Day);
        BinaryPrimitives.WriteInt32BigEndian(message[5..], Node);
        BinaryPrimitives.WriteInt64BigEndian(message[9..], Entries);
        _root.CopyTo(message[17..]);
        seal.Seal(message, destination);
    }
}
