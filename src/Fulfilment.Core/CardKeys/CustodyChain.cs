using System.Buffers.Binary;

namespace Fulfilment.Core.CardKeys;

/// <summary>
/// The proof of what happened to a card key: each change appends an entry whose seal covers the entry before it. The first link is the key's
/// own immutable columns, so importing writes no entry and re-encryption breaks none. Day roots (<see cref="CustodyDay"/>) show when entries
/// were cut off a chain's end.
/// </summary>
public sealed class CustodyChain(ICustodySeal seal)
{
    /// <summary>Bytes of a seal.</summary>
    public const int SealLength = 32;

    private const int LargestLink = 64;

    /// <summary>Makes the entry that follows <paramref name="previous"/>; null for a key that has none yet.</summary>
    public CustodyEntry Append(in CustodyOrigin origin, CustodyEntry? previous, CardKeyState state, long atMs, long? unitId)
    {
        if (previous is not null)
        {
            CardKeyStates.Table.Require(previous.State, state);
        }

        var entry = new CustodyEntry(origin.CardKeyId, (previous?.Sequence ?? 0) + 1, state, atMs, unitId, new byte[SealLength]);
        Compute(origin, previous, entry, entry.Seal);
        return entry;
    }

    /// <summary>Whether an entry's seal is the one that follows <paramref name="previous"/>.</summary>
    public bool Verify(in CustodyOrigin origin, CustodyEntry? previous, CustodyEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Span<byte> expected = stackalloc byte[SealLength];
        Compute(origin, previous, entry, expected);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(expected, entry.Seal);
    }

    // Layout, big-endian: link (1 = origin, 2 = seal before) | card key | sequence | state | at | unit or 0.
    private void Compute(in CustodyOrigin origin, CustodyEntry? previous, CustodyEntry entry, Span<byte> destination)
    {
        Span<byte> message = stackalloc byte[LargestLink + 40];
        var length = 1;
        if (previous is null)
        {
            message[0] = 1;
            BinaryPrimitives.WriteInt64BigEndian(message[1..], origin.SkuId);
            BinaryPrimitives.WriteInt64BigEndian(message[9..], origin.BatchId);
            BinaryPrimitives.WriteInt32BigEndian(message[17..], origin.ExpiresOn);
            origin.Fingerprint.CopyTo(message[21..]);
            length = 21 + origin.Fingerprint.Length;
        }
        else
        {
            message[0] = 2;
            previous.Seal.CopyTo(message[1..]);
            length = 1 + SealLength;
        }

        BinaryPrimitives.WriteInt64BigEndian(message[length..], entry.CardKeyId);
        BinaryPrimitives.WriteInt32BigEndian(message[(length + 8)..], entry.Sequence);
        BinaryPrimitives.WriteInt32BigEndian(message[(length + 12)..], (int)entry.State);
        BinaryPrimitives.WriteInt64BigEndian(message[(length + 16)..], entry.AtMs);
        BinaryPrimitives.WriteInt64BigEndian(message[(length + 24)..], entry.UnitId ?? 0);
        seal.Seal(message[..(length + 32)], destination);
    }
}

/// <summary>The columns of a card key that never change; the chain's first link.</summary>
/// <param name="CardKeyId">The card key.</param>
/// <param name="SkuId">Its SKU.</param>
/// <param name="BatchId">Its batch.</param>
/// <param name="ExpiresOn">Day number.</param>
/// <param name="Fingerprint">16 bytes.</param>
public readonly record struct CustodyOrigin(long CardKeyId, long SkuId, long BatchId, int ExpiresOn, byte[] Fingerprint);

/// <summary>One change of a card key.</summary>
/// <param name="CardKeyId">The card key.</param>
/// <param name="Sequence">1 for the first change.</param>
/// <param name="State">What it became.</param>
/// <param name="AtMs">Unix milliseconds.</param>
/// <param name="UnitId">The unit it was given to or kept for.</param>
/// <param name="Seal">HMAC over this entry and the one before.</param>
public sealed record CustodyEntry(long CardKeyId, int Sequence, CardKeyState State, long AtMs, long? UnitId, byte[] Seal);
