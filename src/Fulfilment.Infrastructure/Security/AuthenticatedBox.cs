using System.Buffers.Binary;
using System.Security.Cryptography;
using Fulfilment.Core;

namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// AES-256-GCM as values are stored with it: <c>format (1) | key id (1) | nonce (12) | ciphertext | tag (16)</c>.
/// The associated data are <c>format | key id | domain (1) | owner id (8, big-endian)</c>, so that a value opens
/// only in its domain and for its owner.
/// </summary>
/// <remarks>
/// Nonces are random, so one key is good for 2^32 values (NIST SP 800-38D, 8.3); rotate before that.
/// </remarks>
internal sealed class AuthenticatedBox : IDisposable
{
    /// <summary>Bytes by which a value is longer than its plain text.</summary>
    public const int Overhead = BodyStart + TagSize;

    private const byte Format = 1;
    private const int HeaderSize = 2;
    private const int BodyStart = HeaderSize + NonceSource.Size;
    private const int TagSize = 16;
    private const int AssociatedSize = HeaderSize + 1 + sizeof(long);

    private const int OnStack = 512;

    private readonly CurrentKeys _keys;
    private readonly Domain _domain;

    // Two threads in one AesGcm would mix their messages: OpenSSL's context has a state.
    private readonly ThreadLocal<Ciphers> _perThread = new(() => new Ciphers());

    public AuthenticatedBox(CurrentKeys keys, Domain domain)
    {
        _keys = keys;
        _domain = domain;
    }

    /// <summary>What a value is of; a value of one domain never opens in another.</summary>
    internal enum Domain : byte
    {
        Code = 1,
        PersonalData = 2,
        Supplier = 3,
        Webhook = 4,
    }

    /// <summary>Reads a plain text; false when these bytes are none.</summary>
    internal delegate bool PlainReader<T>(ReadOnlySpan<byte> plain, out T text);

    /// <summary>A value that is still open: the caller writes the plain text into <see cref="BodyOf"/> and closes it.</summary>
    public static byte[] NewValue(int plainLength) => new byte[Overhead + plainLength];

    public static Span<byte> BodyOf(byte[] value) => value.AsSpan(BodyStart..^TagSize);

    /// <summary>Encrypts the body where it stands, so that the plain text is never in a second place.</summary>
    public void Close(long ownerId, byte[] value) => Close(_keys.Ring, ownerId, value);

    /// <summary>Opens a value, reads its plain text and wipes it. Null when it opened.</summary>
    public ProtectionFailure? Open<T>(long ownerId, ReadOnlySpan<byte> value, PlainReader<T> read, out T? text)
    {
        text = default;
        var length = Math.Max(0, value.Length - Overhead);
        var plain = (length <= OnStack ? stackalloc byte[OnStack] : new byte[length])[..length];
        try
        {
            return TryOpen(_keys.Ring, ownerId, value, plain) ?? (read(plain, out text) ? null : ProtectionFailure.Unreadable);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>The same plain text under the active key, as long as before; null when the value names that key already.</summary>
    /// <param name="ownerId">Whose value it is.</param>
    /// <param name="value">As stored.</param>
    /// <param name="failure">Why it cannot be opened.</param>
    public byte[]? Renew(long ownerId, byte[] value, out ProtectionFailure? failure)
    {
        failure = null;
        var ring = _keys.Ring;
        if (KeyIdOf(value) == ring.ActiveEncryptionId)
        {
            return null;
        }

        var renewed = NewValue(Math.Max(0, value.Length - Overhead));
        failure = TryOpen(ring, ownerId, value, BodyOf(renewed));
        if (failure is not null)
        {
            return null;
        }

        Close(ring, ownerId, renewed);
        return renewed;
    }

    /// <summary>The key id a value names, for a message; null where there is none to read.</summary>
    public static byte? KeyIdOf(ReadOnlySpan<byte> value) => value.Length >= Overhead && value[0] == Format ? value[1] : null;

    public void Dispose() => _perThread.Dispose();

    private void Close(KeyRing ring, long ownerId, byte[] value)
    {
        value[0] = Format;
        value[1] = ring.ActiveEncryptionId;
        var nonce = value.AsSpan(HeaderSize, NonceSource.Size);
        NonceSource.Next(nonce);

        Span<byte> associated = stackalloc byte[AssociatedSize];
        WriteAssociated(associated, value, ownerId);
        _perThread.Value!.Of(ring, ring.ActiveEncryptionId)!.Encrypt(nonce, BodyOf(value), BodyOf(value), value.AsSpan(^TagSize..), associated);
    }

    private ProtectionFailure? TryOpen(KeyRing ring, long ownerId, ReadOnlySpan<byte> value, Span<byte> plain)
    {
        if (value.Length < Overhead || value[0] != Format)
        {
            return ProtectionFailure.Unreadable;
        }

        if (_perThread.Value!.Of(ring, value[1]) is not { } cipher)
        {
            return ProtectionFailure.UnknownKey;
        }

        Span<byte> associated = stackalloc byte[AssociatedSize];
        WriteAssociated(associated, value, ownerId);
        try
        {
            cipher.Decrypt(value[HeaderSize..BodyStart], value[BodyStart..^TagSize], value[^TagSize..], plain, associated);
            return null;
        }
        catch (AuthenticationTagMismatchException)
        {
            return ProtectionFailure.NotAuthentic;
        }
    }

    private void WriteAssociated(Span<byte> associated, ReadOnlySpan<byte> value, long ownerId)
    {
        value[..HeaderSize].CopyTo(associated);
        associated[HeaderSize] = (byte)_domain;
        BinaryPrimitives.WriteInt64BigEndian(associated[(HeaderSize + 1)..], ownerId);
    }

    /// <summary>One thread's ciphers, by key id, of the ring they were made from; with another ring they are made anew.</summary>
    private sealed class Ciphers
    {
        private readonly AesGcm?[] _byId = new AesGcm?[byte.MaxValue + 1];
        private KeyRing? _ring;

        public AesGcm? Of(KeyRing ring, byte keyId)
        {
            if (!ReferenceEquals(ring, _ring))
            {
                Array.ForEach(_byId, cipher => cipher?.Dispose());
                Array.Clear(_byId);
                _ring = ring;
            }

            return _byId[keyId] ?? (ring.Encryption.TryGetValue(keyId, out var key) ? _byId[keyId] = new AesGcm(key.Bytes, TagSize) : null);
        }
    }
}
