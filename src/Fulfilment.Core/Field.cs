using System.Globalization;

namespace Fulfilment.Core;

/// <summary>The checks that fields of requests share. Each answers null, or why the field is refused.</summary>
internal static class Field
{
    public static Refusal Refuse(string param, string detail) => new(RefusalCode.InvalidRequest, param, detail);

    public static Refusal? Required<T>(Optional<T> field, string param) => field.IsGiven ? null : Refuse(param, "This field is required.");

    /// <summary>The header of a write that is done once.</summary>
    public static Refusal? IdempotencyKey(string? key)
    {
        const int Longest = 255;
        return key is { Length: > 0 and <= Longest } && key.All(c => c is > ' ' and <= '~')
            ? null
            : Refuse("Idempotency-Key", $"This header is required: 1 to {Longest} printable ASCII characters without spaces.");
    }

    public static Refusal? Code(string? value, string param) =>
        Core.Code.IsValid(value) ? null : Refuse(param, "A code has 1 to 64 of A-Z a-z 0-9 . _ -");

    /// <summary>Text that people read: not blank, one line unless <paramref name="lines"/>, and storable.</summary>
    public static Refusal? Text(string? value, string param, int longest, bool required = false, bool lines = false)
    {
        if (value is null)
        {
            return required ? Refuse(param, "This field must not be null.") : null;
        }

        if (value.Length > longest)
        {
            return Refuse(param, string.Create(CultureInfo.InvariantCulture, $"At most {longest} characters are allowed."));
        }

        if (string.IsNullOrWhiteSpace(value))
        {
            return Refuse(param, "This field must not be blank.");
        }

        var printable = WellFormedText.Is(value) && !value.Any(c => char.IsControl(c) && !(lines && c is '\n' or '\r' or '\t'));
        return printable ? null : Refuse(param, "Control characters and broken surrogates are not allowed.");
    }

    public static Refusal? Currency(string? value, string param) =>
        value is { Length: 3 } && value.All(char.IsAsciiLetterUpper) ? null : Refuse(param, "A currency is three capitals of ISO 4217, such as CNY.");

    public static Refusal? Amount(Money? value, string param) =>
        value is not { } money || (money >= Money.Zero && money <= Money.Largest) ? null : Refuse(param, $"An amount is from 0 to {Money.Largest}.");

    public static Refusal? Range(int? value, string param, int least, int most) =>
        value is not { } number || (number >= least && number <= most)
            ? null
            : Refuse(param, string.Create(CultureInfo.InvariantCulture, $"The number must be from {least} to {most}."));

    public static Refusal? Url(string? value, string param)
    {
        if (value is null)
        {
            return null;
        }

        var good = value.Length <= 2000
            && Uri.TryCreate(value, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && WellFormedText.Is(value)
            && !value.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
        return good ? null : Refuse(param, "An address begins with http:// or https:// and has at most 2,000 characters.");
    }

    public static Refusal? Pattern(string? value, string param) =>
        value is null || (WellFormedText.Is(value) && WholePattern.TryCompile(value, out _))
            ? null
            : Refuse(param, $"A pattern is a regular expression of at most {WholePattern.Longest} characters, without look-around, back-references or atomic groups.");
}
