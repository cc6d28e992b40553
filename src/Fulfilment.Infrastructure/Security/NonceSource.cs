using System.Security.Cryptography;

namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// Random nonces for AES-GCM. Asking the operating system's generator for each costs as much as the
/// encryption, so a thread fetches some at a time. Few, because a virtual machine that is copied while it
/// runs would use those in its memory twice.
/// </summary>
internal static class NonceSource
{
    public const int Size = 12;

    private const int AtATime = 64;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _used;

    /// <summary>Writes a nonce that nobody has been given before.</summary>
    public static void Next(Span<byte> destination)
    {
        var random = _random ??= new byte[AtATime * Size];
        if (_used == 0)
        {
            RandomNumberGenerator.Fill(random);
        }

        random.AsSpan(_used, Size).CopyTo(destination);
        _used = (_used + Size) % random.Length;
    }
}
