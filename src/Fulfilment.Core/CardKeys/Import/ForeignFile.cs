using System.Text;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// Recognises files that are not what an import reads, by their first bytes. Row by row most of such a file would be refused too, but a line
/// of it that happens to be printable would be sold as a code.
/// </summary>
internal static class ForeignFile
{
    /// <summary>Bytes of a file that are looked at: always as many, so that the verdict does not depend on how they arrived.</summary>
    public const int HeadBytes = 512;

    private const string Utf16 = "The file is UTF-16 (Excel calls it \"Unicode text\"). Save it as CSV UTF-8.";

    private static readonly (byte[] Start, string Detail)[] Signatures =
    [
        ([0xFF, 0xFE], Utf16),
        ([0xFE, 0xFF], Utf16),
        ([0x50, 0x4B, 0x03, 0x04], "The file is a zip archive, as Excel workbooks are: unpack it, or save it as CSV. The command import reads .xlsx."),
        ([0xD0, 0xCF, 0x11, 0xE0], "The file is an Office document: save it as CSV. The command import reads .xls."),
        ([0x1F, 0x8B], "The file is compressed with gzip: unpack it."),
        ([0x89, 0x50, 0x4E, 0x47], "The file is a picture."),
        ([0xFF, 0xD8, 0xFF], "The file is a picture."),
        ("%PDF-"u8.ToArray(), "The file is a PDF document."),
    ];

    private static readonly string[] Markup = ["<!doctype", "<html", "<?xml"];

    /// <summary>What is wrong with the file as a whole; null when nothing is.</summary>
    /// <param name="head">The file's first bytes, without a byte order mark of UTF-8.</param>
    /// <param name="isTable">It has to be CSV and not JSON.</param>
    public static string? Describe(ReadOnlySpan<byte> head, bool isTable)
    {
        foreach (var (start, detail) in Signatures)
        {
            if (head.StartsWith(start))
            {
                return detail;
            }
        }

        var text = RowFields.Trim(head);
        foreach (var start in Markup)
        {
            if (text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start))
            {
                return "The file is a web page or XML.";
            }
        }

        if (LooksBinary(head))
        {
            return "The file is not text.";
        }

        return isTable && LooksLikeJson(text) ? "The file is JSON and not CSV: send one object a line, as application/x-ndjson." : null;
    }

    // A row may have a control character by mistake; more of them than lines are no mistake.
    private static bool LooksBinary(ReadOnlySpan<byte> head)
    {
        var (controls, breaks) = (0, 0);
        foreach (var b in head)
        {
            var isBreak = b is (byte)'\n' or (byte)'\r';
            breaks += isBreak ? 1 : 0;
            controls += !isBreak && b != '\t' && b is < 0x20 or 0x7F ? 1 : 0;
        }

        return controls >= 4 && controls > 2 * (breaks + 1);
    }

    // A code may begin with a bracket; that one of JSON follows is what makes the difference.
    private static bool LooksLikeJson(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] is not ((byte)'{' or (byte)'['))
        {
            return false;
        }

        var next = text[1..].TrimStart(" \t\r\n"u8);
        return !next.IsEmpty && next[0] is (byte)'"' or (byte)'{' or (byte)'[';
    }
}
