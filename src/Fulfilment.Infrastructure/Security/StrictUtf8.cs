using System.Text;
using Fulfilment.Core;

namespace Fulfilment.Infrastructure.Security;

/// <summary>UTF-8 that refuses what it cannot represent instead of writing a replacement character for it.</summary>
internal static class StrictUtf8
{
    /// <summary>Bytes that one UTF-16 unit takes at most.</summary>
    public const int BytesPerCharacter = 3;

    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="MalformedTextException">An unpaired surrogate.</exception>
    public static int Count(string text)
    {
        try
        {
            return Encoding.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            // Not kept as the inner exception: it quotes a character and its place.
            throw new MalformedTextException(nameof(text));
        }
    }

    /// <exception cref="MalformedTextException">An unpaired surrogate.</exception>
    public static int Write(string text, Span<byte> destination)
    {
        try
        {
            return Encoding.GetBytes(text, destination);
        }
        catch (EncoderFallbackException)
        {
            throw new MalformedTextException(nameof(text));
        }
    }

    /// <summary>Null when the bytes are not UTF-8.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
