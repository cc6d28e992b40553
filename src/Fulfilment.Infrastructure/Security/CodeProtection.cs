using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Security;

/// <inheritdoc cref="ICodeProtection"/>
public sealed class CodeProtection : ICodeProtection, IDisposable
{
    private const int OnStack = 512;

    private readonly AuthenticatedBox _box;
    private readonly KeyedHash _fingerprints;
    private readonly LookUpHash _lookUp;

    /// <summary>With keys that never change.</summary>
    public CodeProtection(KeyRing keys)
        : this(new CurrentKeys(keys))
    {
    }

    /// <exception cref="PlatformNotSupportedException">The runtime has no Unicode data.</exception>
    public CodeProtection(CurrentKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        CodeNormalisation.RequireUnicodeData();

        _box = new AuthenticatedBox(keys, AuthenticatedBox.Domain.Code);
        _fingerprints = new KeyedHash(keys.Ring.Fingerprint);
        _lookUp = new LookUpHash(keys.Ring.LookUp);
    }

    /// <inheritdoc/>
    public byte[] Protect(long cardKeyId, CodeText code)
    {
        ArgumentNullException.ThrowIfNull(code.Secret, nameof(code));

        var value = AuthenticatedBox.NewValue(CodePlainText.Length(code.Number, code.Secret, out var numberLength));
        CodePlainText.Write(code.Number, numberLength, code.Secret, AuthenticatedBox.BodyOf(value));
        _box.Close(cardKeyId, value);
        return value;
    }

    /// <inheritdoc/>
    public CodeText Reveal(long cardKeyId, ReadOnlySpan<byte> protectedCode)
    {
        var failure = _box.Open<CodeText>(cardKeyId, protectedCode, CodePlainText.TryRead, out var code);
        return failure is null ? code : throw new CodeProtectionException(cardKeyId, failure.Value, AuthenticatedBox.KeyIdOf(protectedCode));
    }

    /// <inheritdoc/>
    public void Fingerprint(CodeText code, Span<byte> destination16)
    {
        ArgumentException.ThrowIfNullOrEmpty(code.Secret, nameof(code));
        RequireHashSize(destination16);

        var number = Prepare(code.Number ?? "");
        var secret = Prepare(code.Secret);
        var atMost = checked((2 * sizeof(int)) + ((number.Length + secret.Length) * StrictUtf8.BytesPerCharacter));
        var message = atMost <= OnStack ? stackalloc byte[OnStack] : new byte[atMost];

        // The lengths stand in front: without them number "1" and secret "23" would be number "12" and secret "3".
        var length = WriteField(number, message);
        var withSecret = length + WriteField(secret, message[length..]);
        try
        {
            if (withSecret == length + sizeof(int))
            {
                throw new ArgumentException("The code has no secret.", nameof(code));
            }

            _fingerprints.Compute(message[..withSecret], destination16);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(message[..withSecret]);
        }
    }

    /// <inheritdoc/>
    public bool NumberHash(string? number, Span<byte> destination16)
    {
        RequireHashSize(destination16);
        if (string.IsNullOrEmpty(number))
        {
            return false;
        }

        return _lookUp.TryCompute(LookUpDomain.CardNumber, Prepare(number), WriteNormalised, destination16);
    }

    public void Dispose()
    {
        _box.Dispose();
        _fingerprints.Dispose();
        _lookUp.Dispose();
    }

    // Codes are almost always ASCII, and those need no string in between.
    private static string Prepare(string text) => Ascii.IsValid(text) ? text : CodeNormalisation.Normalise(text);

    private static int WriteField(string prepared, Span<byte> destination)
    {
        var length = WriteNormalised(prepared, destination[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(destination, length);
        return sizeof(int) + length;
    }

    private static int WriteNormalised(string prepared, Span<byte> destination) =>
        CodeNormalisation.TryWriteAscii(prepared, destination, out var written) ? written : StrictUtf8.Write(prepared, destination);

    private static void RequireHashSize(Span<byte> destination)
    {
        if (destination.Length != ICodeProtection.HashSize)
        {
            throw new ArgumentException($"A hash has {ICodeProtection.HashSize} bytes.", nameof(destination));
        }
    }
}
