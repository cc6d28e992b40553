using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// The fields of one row as UTF-8 without quotes or escapes; empty where there is none. Every format ends
/// here, so that all of them mean the same by a secret.
/// </summary>
internal ref struct RowFields
{
    private const int MaxNumberChars = 128;
    private const int MaxSecretChars = 1024;

    // Tab and line breaks are let through: a licence may have several lines.
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(b => b is not ('\t' or '\n' or '\r')).Select(b => (byte)b), 0x7F]);

    public ReadOnlySpan<byte> Number;
    public ReadOnlySpan<byte> Secret;
    public ReadOnlySpan<byte> ExpiresOn;

    public readonly bool AreBlank => Trim(Secret).IsEmpty && Trim(Number).IsEmpty && Trim(ExpiresOn).IsEmpty;

    /// <summary>Makes the row, or says what is wrong with the first field that is at fault.</summary>
    public readonly RowError? Read(long line, out CardKeyRow row)
    {
        row = default;
        if (ReadText(Number, MaxNumberChars, out var number) is { } numberError)
            return numberError;
        if (ReadText(Secret, MaxSecretChars, out var secret) is { } secretError)
            return secretError;
        if (secret is null || CodeNormalisation.LeavesNothingOf(secret))
            return RowError.EmptySecret;
        if (!TryReadDate(ExpiresOn, out var expiresOn))
            return RowError.BadDate;

        row = new CardKeyRow(line, number, secret, expiresOn);
        return null;
    }

    /// <summary>Takes outer white space off, and the byte order marks that joined files carry inside.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || (IsVisibleAscii(utf8[0]) && IsVisibleAscii(utf8[^1])))
            return utf8;

        while (Rune.DecodeFromUtf8(utf8, out var rune, out var length) == OperationStatus.Done && IsSpace(rune))
            utf8 = utf8[length..];
        while (Rune.DecodeLastFromUtf8(utf8, out var rune, out var length) == OperationStatus.Done && IsSpace(rune))
            utf8 = utf8[..^length];
        return utf8;
    }

    private static bool IsVisibleAscii(byte b) => b is > 0x20 and < 0x7F;

    private static bool IsSpace(Rune rune) => Rune.IsWhiteSpace(rune) || rune.Value == 0xFEFF;

    private static RowError? ReadText(ReadOnlySpan<byte> utf8, int maxChars, out string? text)
    {
        text = null;
        utf8 = Trim(utf8);
        if (utf8.IsEmpty)
            return null;

        if (utf8.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E))
        {
            if (!Utf8.IsValid(utf8) || HasControls(utf8))
                return RowError.BadText;
            if (Encoding.UTF8.GetCharCount(utf8) > maxChars)
                return RowError.FieldTooLong;
            text = Encoding.UTF8.GetString(utf8);
            return null;
        }

        if (utf8.Length > maxChars)
            return RowError.FieldTooLong;
        text = Encoding.Latin1.GetString(utf8);
        return null;
    }

    private static bool HasControls(ReadOnlySpan<byte> validUtf8)
    {
        if (validUtf8.ContainsAny(Controls))
            return true;

        // U+0080 to U+009F, which are C2 80 to C2 9F and nothing else.
        for (var index = validUtf8.IndexOf((byte)0xC2); index >= 0; index = validUtf8.IndexOf((byte)0xC2))
        {
            if (validUtf8[index + 1] < 0xA0)
                return true;
            validUtf8 = validUtf8[(index + 2)..];
        }

        return false;
    }

    private static bool TryReadDate(ReadOnlySpan<byte> utf8, out DateOnly? date)
    {
        date = null;
        utf8 = Trim(utf8);
        if (utf8.IsEmpty)
            return true;
        if (!ExpiryDate.TryParse(utf8, out var value))
            return false;
        date = value;
        return true;
    }
}
