using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// The installation's keys. Encryption keys have ids from 1 to 255 and can be added and retired; the others
/// are one each and never change on line, because what they have hashed is compared with what they hash.
/// </summary>
[DebuggerDisplay("KeyRing")]
public sealed record KeyRing
{
    /// <exception cref="ArgumentException">The active key is not among the keys, or the id 0 is used.</exception>
    /// <exception cref="KeyRingException">One key is used for two purposes.</exception>
    public KeyRing(
        IReadOnlyDictionary<byte, SecretKey> encryption,
        byte activeEncryptionId,
        SecretKey fingerprint,
        SecretKey lookUp,
        SecretKey custody)
    {
        ArgumentNullException.ThrowIfNull(encryption);
        if (encryption.ContainsKey(0))
        {
            throw new ArgumentException("0 is not a key id; use 1 to 255.", nameof(encryption));
        }

        if (!encryption.ContainsKey(activeEncryptionId))
        {
            throw new ArgumentException($"The active encryption key {activeEncryptionId} is not among the keys.", nameof(activeEncryptionId));
        }

        Encryption = encryption.ToFrozenDictionary();
        ActiveEncryptionId = activeEncryptionId;
        Fingerprint = fingerprint;
        LookUp = lookUp;
        Custody = custody;

        if (FirstUsedTwice() is var (one, other))
        {
            throw new KeyRingException($"{one} and {other} are the same key; each has to be its own");
        }
    }

    /// <summary>Every key that can open what it encrypted, by the id that stands in front of it.</summary>
    public IReadOnlyDictionary<byte, SecretKey> Encryption { get; }

    /// <summary>The key that new values are encrypted with.</summary>
    public byte ActiveEncryptionId { get; }

    public SecretKey Fingerprint { get; }

    /// <summary>Hashes card numbers, recipients and contacts for look-up.</summary>
    public SecretKey LookUp { get; }

    /// <summary>Seals the custody chain.</summary>
    public SecretKey Custody { get; }

    /// <summary>A ring of new random keys, with one encryption key, id 1.</summary>
    public static KeyRing Create() =>
        new(new Dictionary<byte, SecretKey> { [1] = SecretKey.Create() }, 1, SecretKey.Create(), SecretKey.Create(), SecretKey.Create());

    /// <summary>The same keys, another one active.</summary>
    public KeyRing WithActive(byte id) => id == ActiveEncryptionId ? this : new(Encryption, id, Fingerprint, LookUp, Custody);

    /// <summary>The same keys and one more, which is not active yet.</summary>
    public KeyRing With(byte id, SecretKey key) =>
        new(new Dictionary<byte, SecretKey>(Encryption) { { id, key } }, ActiveEncryptionId, Fingerprint, LookUp, Custody);

    /// <summary>The same keys but one, which must not be active.</summary>
    public KeyRing Without(byte id) =>
        new(Encryption.Where(key => key.Key != id).ToDictionary(), ActiveEncryptionId, Fingerprint, LookUp, Custody);

    /// <summary>Whether this ring may take the place of the other: the same keys, but for encryption keys added and gone.</summary>
    internal bool Continues(KeyRing other) =>
        Fingerprint.IsSameAs(other.Fingerprint) && LookUp.IsSameAs(other.LookUp) && Custody.IsSameAs(other.Custody)
        && other.Encryption.All(key => !Encryption.TryGetValue(key.Key, out var mine) || mine.IsSameAs(key.Value));

    /// <summary>Whether there is nothing in one that is not in the other, the active key included.</summary>
    public bool IsSameAs(KeyRing other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ActiveEncryptionId == other.ActiveEncryptionId && Encryption.Count == other.Encryption.Count && Continues(other);
    }

    /// <summary>
    /// For each key, by name, 32 hexadecimal digits that tell it from any other and do not reveal it. The host
    /// stores them at its first start and compares them at later ones, see <see cref="KeyCheck"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> CheckValues() =>
        Named().ToDictionary(key => key.Name, key => CheckValue(key.Name, key.Key), StringComparer.Ordinal);

    /// <summary>The type's name and no key.</summary>
    public override string ToString() => nameof(KeyRing);

    private IEnumerable<(string Name, SecretKey Key)> Named() =>
    [
        .. Encryption.OrderBy(key => key.Key).Select(key => ($"encryption:{key.Key.ToString(CultureInfo.InvariantCulture)}", key.Value)),
        ("fingerprint", Fingerprint),
        ("lookUp", LookUp),
        ("custody", Custody),
    ];

    private (string, string)? FirstUsedTwice()
    {
        var keys = Named().ToList();
        for (var i = 0; i < keys.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (keys[i].Key.IsSameAs(keys[j].Key))
                {
                    return (keys[j].Name, keys[i].Name);
                }
            }
        }

        return null;
    }

    private static string CheckValue(string name, SecretKey key)
    {
        var mac = HMACSHA256.HashData(key.Bytes, Encoding.UTF8.GetBytes("fulfilment key check, version 1: " + name));
        return Convert.ToHexStringLower(mac.AsSpan(0, 16));
    }
}
