using System.Security.Cryptography;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Security;

/// <inheritdoc cref="ICustodySeal"/>
public sealed class CustodySeal : ICustodySeal, IDisposable
{
    private readonly KeyedHash _hash;

    /// <summary>With keys that never change.</summary>
    public CustodySeal(KeyRing keys)
        : this(new CurrentKeys(keys))
    {
    }

    /// <summary>The custody key of the ring never changes while a process runs.</summary>
    public CustodySeal(CurrentKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _hash = new KeyedHash(keys.Ring.Custody);
    }

    /// <inheritdoc/>
    public void Seal(ReadOnlySpan<byte> message, Span<byte> mac32)
    {
        if (mac32.Length != ICustodySeal.Size)
        {
            throw new ArgumentException($"A seal has {ICustodySeal.Size} bytes.", nameof(mac32));
        }

        _hash.Compute(message, mac32);
    }

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac32)
    {
        Span<byte> expected = stackalloc byte[ICustodySeal.Size];
        _hash.Compute(message, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac32);
    }

    public void Dispose() => _hash.Dispose();
}
