using System.Text;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Security;

/// <inheritdoc cref="IPersonalDataProtection"/>
public sealed class PersonalDataProtection : IPersonalDataProtection, IDisposable
{
    private readonly AuthenticatedBox _box;
    private readonly LookUpHash _lookUp;

    /// <summary>With keys that never change.</summary>
    public PersonalDataProtection(KeyRing keys)
        : this(new CurrentKeys(keys))
    {
    }

    /// <exception cref="PlatformNotSupportedException">The runtime has no Unicode data.</exception>
    public PersonalDataProtection(CurrentKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        CodeNormalisation.RequireUnicodeData();

        _box = new AuthenticatedBox(keys, AuthenticatedBox.Domain.PersonalData);
        _lookUp = new LookUpHash(keys.Ring.LookUp);
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
        var failure = _box.Open<string>(ownerId, protectedText, TryRead, out var text);
        return failure is null ? text! : throw new PersonalDataProtectionException(ownerId, failure.Value, AuthenticatedBox.KeyIdOf(protectedText));
    }

    /// <inheritdoc/>
    public void LookupHash(string text, Span<byte> destination16)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (destination16.Length != IPersonalDataProtection.HashSize)
        {
            throw new ArgumentException($"A hash has {IPersonalDataProtection.HashSize} bytes.", nameof(destination16));
        }

        _lookUp.Compute(LookUpDomain.Personal, Normalise(text), StrictUtf8.Write, destination16);
    }

    public void Dispose()
    {
        _box.Dispose();
        _lookUp.Dispose();
    }

    private static bool TryRead(ReadOnlySpan<byte> plain, out string text)
    {
        var read = StrictUtf8.Read(plain);
        text = read ?? "";
        return read is not null;
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
