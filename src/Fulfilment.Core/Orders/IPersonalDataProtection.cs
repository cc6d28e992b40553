namespace Fulfilment.Core.Orders;

/// <summary>
/// Encrypts recipients and buyers' contacts for storage and makes the keyed hash by which they are found.
/// Uses the codes' encryption keys in a domain of its own: what was protected here can never be opened as
/// a code, nor the other way round. Safe for any number of threads.
/// </summary>
public interface IPersonalDataProtection
{
    /// <summary>Bytes of a <see cref="LookupHash"/>.</summary>
    public const int HashSize = 16;

    /// <summary>
    /// Encrypts a text for the row that owns it, with AES-256-GCM under the active key:
    /// <c>format (1 byte) | key id (1) | nonce (12, random) | UTF-8 ciphertext | tag (16)</c>. Format, key id
    /// and <paramref name="ownerId"/> are authenticated with it. Two texts of one owner can be exchanged for
    /// each other unseen, so each should have an owner id of its own.
    /// </summary>
    /// <exception cref="MalformedTextException">An unpaired surrogate.</exception>
    byte[] Protect(long ownerId, string text);

    /// <summary>Gives back exactly the text that was protected for this owner.</summary>
    /// <exception cref="PersonalDataProtectionException">
    /// The value is unreadable, was made with a key this host has not loaded, was changed, or belongs to
    /// another owner or to something that is no personal data. Its message names the owner and no content.
    /// </exception>
    string Reveal(long ownerId, ReadOnlySpan<byte> protectedText);

    /// <summary>
    /// HMAC-SHA256, truncated to 16 bytes, of the text in NFKC without space around it; case is kept. The same
    /// person has the same hash whatever the owner.
    /// </summary>
    /// <exception cref="MalformedTextException">An unpaired surrogate.</exception>
    /// <exception cref="ArgumentException">The destination is not exactly <see cref="HashSize"/> bytes.</exception>
    void LookupHash(string text, Span<byte> destination16);
}
