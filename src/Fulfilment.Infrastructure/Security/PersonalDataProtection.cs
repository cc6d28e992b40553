using System.Security.Cryptography;
using System.Text;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Security;

/// <inheritdoc cref="IPersonalDataProtection"/>
public sealed class PersonalDataProtection : IPersonalDataProtection, IDisposable
{
    private const int OnStack = 512;

    private readonly AuthenticatedBox _box;
    private readonly KeyedHash _lookUp;

    /// <exception cref="PlatformNotSupportedException">The runtime has no Unicode data.</exception>
    public PersonalDataProtection(KeyRing keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        CodeNormalisation.RequireUnicodeData();

        _box = new AuthenticatedBox(keys, AuthenticatedBox.Domain.PersonalData);
        _lookUp = new KeyedHash(keys.LookUp);
    }

    /// <inheritdoc/>
    public byte[] Protect(long ownerId, string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        var value = AuthenticatedBox.NewValue(StrictUtf8.Count(text));
        StrictUtf8.Write(text, AuthenticatedBox.BodyOf(value));
        _box.Close(ownerId, value);
        return value;
    }

    /// <inheritdoc/>
    public string Reveal(long ownerId, ReadOnlySpan<byte> protectedText)
    {
        var length = Math.Max(0, protectedText.Length - AuthenticatedBox.Overhead);
        var plain = (length <= OnStack ? stackalloc byte[OnStack] : new byte[length])[..length];
        try
        {
            var failure = _box.TryOpen(ownerId, protectedText, plain);
            if (failure is null && StrictUtf8.Read(plain) is { } text)
            {
                return text;
            }

            throw new PersonalDataProtectionException(
                ownerId, failure ?? ProtectionFailure.Unreadable, AuthenticatedBox.KeyIdOf(protectedText));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <inheritdoc/>
    public void LookupHash(string text, Span<byte> destination16)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (destination16.Length != IPersonalDataProtection.HashSize)
        {
            throw new ArgumentException($"A hash has {IPersonalDataProtection.HashSize} bytes.", nameof(destination16));
        }

        var normalised = Normalise(text);
        var atMost = checked(1 + (normalised.Length * StrictUtf8.BytesPerCharacter));
        var message = atMost <= OnStack ? stackalloc byte[OnStack] : new byte[atMost];
        message[0] = (byte)LookUpDomain.Personal;
        var length = 1 + StrictUtf8.Write(normalised, message[1..]);

        _lookUp.Compute(message[..length], destination16);
        CryptographicOperations.ZeroMemory(message[..length]);
    }

    public void Dispose()
    {
        _box.Dispose();
        _lookUp.Dispose();
    }

    private static string Normalise(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.Trim();
        }

        // Asked first, because the normaliser's own exception is not ours to vouch for.
        return WellFormedText.Is(text)
            ? text.Normalize(NormalizationForm.FormKC).Trim()
            : throw new MalformedTextException(nameof(text));
    }
}
