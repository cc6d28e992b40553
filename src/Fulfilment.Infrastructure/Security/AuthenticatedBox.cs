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

    private readonly KeyRing _keys;
    private readonly Domain _domain;

    // Two threads in one AesGcm would mix their messages: OpenSSL's context has a state.
    private readonly ThreadLocal<AesGcm?[]> _perThread = new(() => new AesGcm?[byte.MaxValue + 1]);

    public AuthenticatedBox(KeyRing keys, Domain domain)
    {
        _keys = keys;
        _domain = domain;
    }

    /// <summary>What a value is of; a value of one domain never opens in another.</summary>
    internal enum Domain : byte
    {
        Code = 1,
        PersonalData = 2,
    }

    /// <summary>A value that is still open: the caller writes the plain text into <see cref="BodyOf"/> and closes it.</summary>
    public static byte[] NewValue(int plainLength) => new byte[Overhead + plainLength];

    public static Span<byte> BodyOf(byte[] value) => value.AsSpan(BodyStart..^TagSize);

    /// <summary>Encrypts the body where it stands, so that the plain text is never in a second place.</summary>
    public void Close(long ownerId, byte[] value)
    {
        value[0] = Format;
        value[1] = _keys.ActiveEncryptionId;
        var nonce = value.AsSpan(HeaderSize, NonceSource.Size);
        NonceSource.Next(nonce);

        Span<byte> associated = stackalloc byte[AssociatedSize];
        WriteAssociated(associated, value, ownerId);
        CipherOf(_keys.ActiveEncryptionId)!.Encrypt(nonce, BodyOf(value), BodyOf(value), value.AsSpan(^TagSize..), associated);
    }

    /// <summary>Writes the plain text, which is <see cref="Overhead"/> shorter than the value. Null when it opened.</summary>
    public ProtectionFailure? TryOpen(long ownerId, ReadOnlySpan<byte> value, Span<byte> plain)
    {
        if (value.Length < Overhead || value[0] != Format)
        {
            return ProtectionFailure.Unreadable;
        }

        if (CipherOf(value[1]) is not { } cipher)
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

    /// <summary>The key id a value names, for a message; null where there is none to read.</summary>
    public static byte? KeyIdOf(ReadOnlySpan<byte> value) => value.Length >= Overhead && value[0] == Format ? value[1] : null;

    public void Dispose() => _perThread.Dispose();

    private void WriteAssociated(Span<byte> associated, ReadOnlySpan<byte> value, long ownerId)
    {
        value[..HeaderSize].CopyTo(associated);
        associated[HeaderSize] = (byte)_domain;
        BinaryPrimitives.WriteInt64BigEndian(associated[(HeaderSize + 1)..], ownerId);
    }

    private AesGcm? CipherOf(byte keyId)
    {
        var ciphers = _perThread.Value!;
        return ciphers[keyId]
            ?? (_keys.Encryption.TryGetValue(keyId, out var key) ? ciphers[keyId] = new AesGcm(key.Bytes, TagSize) : null);
    }
}
