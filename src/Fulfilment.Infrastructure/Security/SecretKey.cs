using System.Diagnostics;
using System.Security.Cryptography;

namespace Fulfilment.Infrastructure.Security;

/// <summary>A 256-bit key. Its bytes have no public way out, so that no serialiser or log writer finds one.</summary>
[DebuggerDisplay("SecretKey")]
public sealed class SecretKey
{
    /// <summary>Bytes of every key.</summary>
    public const int Size = 32;

    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">Not exactly <see cref="Size"/> bytes.</exception>
    public SecretKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A key has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _bytes = bytes.ToArray();
    }

    /// <summary>A new random key.</summary>
    public static SecretKey Create() => new(RandomNumberGenerator.GetBytes(Size));

    internal byte[] Bytes => _bytes;

    internal bool IsSameAs(SecretKey other) => CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    public override string ToString() => nameof(SecretKey);
}
