using System.Buffers;
using System.Text;

namespace Fulfilment.Core.CardKeys;

/// <summary>
/// The one form in which codes are compared: Unicode NFKC, spaces, hyphens and invisible characters
/// removed, case kept. "AB-12 34" and "ＡＢ１２３４" are the code "AB1234".
/// </summary>
/// <remarks>
/// Fingerprints of years ago are compared with today's, so the form may never change. That is why the
/// removed characters are listed here instead of taken from the runtime's category tables, which grow;
/// and NFKC itself is stable for every character that was assigned when it was applied (UAX #15, 3).
/// </remarks>
public static class CodeNormalisation
{
    private static readonly SearchValues<byte> RemovedAscii = SearchValues.Create("\t\n\v\f\r -"u8);

    /// <summary>
    /// Writes the normalised form of an ASCII text to <paramref name="destination"/>, which is at least as
    /// long as the text, without allocating. False, with nothing to be relied on in the destination, when
    /// the text is not ASCII: then <see cref="Normalise"/> has to be used.
    /// </summary>
    public static bool TryWriteAscii(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        if (Ascii.FromUtf16(text, destination, out written) != OperationStatus.Done)
        {
            written = 0;
            return false;
        }

        var firstRemoved = destination[..written].IndexOfAny(RemovedAscii);
        if (firstRemoved >= 0)
        {
            var kept = firstRemoved;
            foreach (var character in destination[firstRemoved..written])
            {
                if (!RemovedAscii.Contains(character))
                {
                    destination[kept++] = character;
                }
            }

            written = kept;
        }

        return true;
    }

    /// <summary>The normalised form of any text; normalising it again changes nothing.</summary>
    /// <exception cref="MalformedTextException">The text holds an unpaired surrogate.</exception>
    public static string Normalise(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!WellFormedText.Is(text))
        {
            throw new MalformedTextException(nameof(text));
        }

        var composed = text.Normalize(NormalizationForm.FormKC);
        var kept = Strip(composed);

        // "e", hyphen, combining acute: with the hyphen gone the two compose.
        return kept.Length == composed.Length ? composed : kept.Normalize(NormalizationForm.FormKC);
    }

    /// <summary>
    /// Throws on a host whose runtime was told to do without Unicode data: there NFKC silently does nothing,
    /// and a code imported in full-width digits would be accepted a second time in plain ones.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">The runtime has no Unicode data.</exception>
    public static void RequireUnicodeData()
    {
        if ("１".Normalize(NormalizationForm.FormKC) != "1")
        {
            throw new PlatformNotSupportedException(
                "Codes are compared in a Unicode normal form, and this .NET runtime has no Unicode data. "
                + "Install ICU (libicu, icu-libs) and do not set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT or InvariantGlobalization.");
        }
    }

    /// <summary>Whether the normalised form is empty. The text is well-formed.</summary>
    internal static bool LeavesNothingOf(string text)
    {
        // Almost always the first character is a letter or a digit and decides it.
        if (char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        return Normalise(text).Length == 0;
    }

    private static string Strip(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (!IsRemoved(character))
            {
                kept.Append(character);
            }
        }

        return kept.ToString();
    }

    /// <summary>What people put into codes to make them readable, and what copying from a page or a chat adds unseen.</summary>
    private static bool IsRemoved(char character) => character switch
    {
        // Spaces and line ends.
        >= '\t' and <= '\r' or ' ' or '\u0085' or '\u00A0' or '\u1680' or >= '\u2000' and <= '\u200A' => true,
        '\u2028' or '\u2029' or '\u202F' or '\u205F' or '\u3000' => true,

        // Hyphens, dashes and the minus signs that stand in for them. The wave dash is not one of them: it is typed for "~".
        '-' or '\u02D7' or '\u058A' or '\u05BE' or '\u1400' or '\u1806' => true,
        >= '\u2010' and <= '\u2015' or '\u2043' or '\u2212' or '\u2E3A' or '\u2E3B' => true,

        // Soft hyphen, zero-width spaces and joiners, direction marks, byte order mark.
        '\u00AD' or '\u061C' or '\u180E' or >= '\u200B' and <= '\u200F' or >= '\u202A' and <= '\u202E' => true,
        >= '\u2060' and <= '\u2064' or >= '\u2066' and <= '\u206F' or '\uFEFF' => true,

        _ => false,
    };
}
