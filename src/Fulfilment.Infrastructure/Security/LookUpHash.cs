using System.Security.Cryptography;

namespace Fulfilment.Infrastructure.Security;

/// <summary>The keyed hash by which card numbers and people are found: HMAC over the domain and the normalised text, whose copy is wiped.</summary>
internal sealed class LookUpHash(SecretKey key) : IDisposable
{
    private const int OnStack = 512;

    private readonly KeyedHash _hash = new(key);

    /// <summary>Writes the bytes that are hashed; at most <see cref="StrictUtf8.BytesPerCharacter"/> a character.</summary>
    internal delegate int TextWriter(string text, Span<byte> destination);

    public void Compute(LookUpDomain domain, string text, TextWriter write, Span<byte> destination) => Compute(domain, text, write, destination, orEmpty: true);

    /// <summary>False, and nothing written, when nothing is left of the text.</summary>
    public bool TryCompute(LookUpDomain domain, string text, TextWriter write, Span<byte> destination) => Compute(domain, text, write, destination, orEmpty: false);

    public void Dispose() => _hash.Dispose();

    private bool Compute(LookUpDomain domain, string text, TextWriter write, Span<byte> destination, bool orEmpty)
    {
        var atMost = checked(1 + (text.Length * StrictUtf8.BytesPerCharacter));
        var message = atMost <= OnStack ? stackalloc byte[OnStack] : new byte[atMost];
        message[0] = (byte)domain;
        var length = 1 + write(text, message[1..]);
        if (length == 1 && !orEmpty)
        {
            return false;
        }

        _hash.Compute(message[..length], destination);
        CryptographicOperations.ZeroMemory(message[..length]);
        return true;
    }
}
