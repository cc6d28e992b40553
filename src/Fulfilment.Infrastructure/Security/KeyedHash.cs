using System.Security.Cryptography;

namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// HMAC-SHA256 with one key. A thread keeps its keyed instance, which is two to three times as fast as
/// hashing in one call: there OpenSSL looks the algorithm up and schedules the key each time.
/// </summary>
internal sealed class KeyedHash : IDisposable
{
    public const int Size = 32;

    private readonly ThreadLocal<HMACSHA256> _perThread;

    public KeyedHash(SecretKey key) => _perThread = new ThreadLocal<HMACSHA256>(() => new HMACSHA256(key.Bytes));

    /// <summary>Writes the first bytes of the message's HMAC, as many as the destination holds, at most <see cref="Size"/>.</summary>
    public void Compute(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        Span<byte> mac = stackalloc byte[Size];
        if (!_perThread.Value!.TryComputeHash(message, mac, out var written) || written != Size)
        {
            throw new CryptographicException("The hash was not written.");
        }

        mac[..destination.Length].CopyTo(destination);
    }

    public void Dispose() => _perThread.Dispose();
}
