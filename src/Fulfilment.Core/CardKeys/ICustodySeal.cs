namespace Fulfilment.Core.CardKeys;

/// <summary>
/// Seals entries of the custody chain with the custody key, so that whoever can write to the database but
/// has not the key cannot rewrite a card key's history unseen. Safe for any number of threads.
/// </summary>
public interface ICustodySeal
{
    /// <summary>Bytes of a seal.</summary>
    public const int Size = 32;

    /// <summary>HMAC-SHA256 of the message with the custody key. The message itself must be unambiguous: fixed-width fields or length prefixes.</summary>
    /// <exception cref="ArgumentException">The destination is not exactly <see cref="Size"/> bytes.</exception>
    void Seal(ReadOnlySpan<byte> message, Span<byte> mac32);

    /// <summary>Whether <paramref name="mac32"/> is this message's seal, compared in fixed time. False for a seal of any other length.</summary>
    bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac32);
}
