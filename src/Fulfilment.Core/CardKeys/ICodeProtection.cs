namespace Fulfilment.Core.CardKeys;

/// <summary>
/// Encrypts codes for storage and makes the keyed hashes by which they are found without being opened.
/// Safe for any number of threads.
/// </summary>
public interface ICodeProtection
{
    /// <summary>Bytes of a <see cref="Fingerprint"/> and of a <see cref="NumberHash"/>.</summary>
    public const int HashSize = 16;

    /// <summary>
    /// Encrypts a code for the card key it belongs to, with AES-256-GCM under the active key:
    /// <c>format (1 byte) | key id (1) | nonce (12, random) | ciphertext | tag (16)</c>. The ciphertext is
    /// as long as number and secret in UTF-8 plus 1 to 5 bytes, and so tells their length. Format, key id
    /// and <paramref name="cardKeyId"/> are authenticated with it.
    /// </summary>
    /// <exception cref="MalformedTextException">An unpaired surrogate; see <see cref="CodeText.Problem"/>.</exception>
    byte[] Protect(long cardKeyId, CodeText code);

    /// <summary>Gives back exactly the code that was protected for this card key.</summary>
    /// <exception cref="CodeProtectionException">
    /// The value is unreadable, was made with a key this host has not loaded, was changed, or belongs to
    /// another card key or to something that is no code. Its message names the card key and no content.
    /// </exception>
    CodeText Reveal(long cardKeyId, ReadOnlySpan<byte> protectedCode);

    /// <summary>
    /// The code's fingerprint: HMAC-SHA256, truncated to 16 bytes, over the length-prefixed number and secret
    /// in the form of <see cref="CodeNormalisation"/>. A number of which that form leaves nothing is the same
    /// as none. Its key never rotates on line.
    /// </summary>
    /// <param name="code">A code whose <see cref="CodeText.Problem"/> is <see cref="CodeTextProblem.None"/>.</param>
    /// <param name="destination16">Receives the fingerprint; exactly <see cref="HashSize"/> bytes.</param>
    /// <exception cref="MalformedTextException">An unpaired surrogate.</exception>
    /// <exception cref="ArgumentException">There is no secret, or the destination has another length.</exception>
    void Fingerprint(CodeText code, Span<byte> destination16);

    /// <summary>
    /// A keyed hash of the number alone, in the same form and of the same size, for look-up by card number.
    /// False, with nothing written, when there is no number.
    /// </summary>
    /// <exception cref="MalformedTextException">An unpaired surrogate.</exception>
    /// <exception cref="ArgumentException">The destination is not exactly <see cref="HashSize"/> bytes.</exception>
    bool NumberHash(string? number, Span<byte> destination16);
}
