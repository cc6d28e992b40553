using System.Text;
using System.Text.Unicode;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// Turns whole lines of GB18030 into UTF-8, each by itself, so that a broken byte spoils its own line. What cannot be decoded comes out as
/// bytes that are not UTF-8, and the row around them is refused.
/// </summary>
internal sealed class Gb18030Lines
{
    // No character: whoever really has it in a code has it refused as well.
    private const char Undecodable = '\uFFFF';
    private const byte NotUtf8 = 0xFF;

    // Its trail bytes are never line breaks, so lines may be cut before they are decoded.
    private static readonly Encoding Encoding = CodePagesEncodingProvider.Instance.GetEncoding(
        "gb18030", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(Undecodable.ToString()))
        ?? throw new InvalidOperationException("The runtime knows no GB18030.");

    private char[] _characters = [];

    /// <summary>Bytes that so many bytes of GB18030 become at most: two may become three.</summary>
    public static int LongestOutput(int bytes) => 3 * bytes;

    /// <summary>Converts lines, the last of which may have no line break; answers how many bytes were written.</summary>
    public int Convert(ReadOnlySpan<byte> lines, Span<byte> utf8)
    {
        var written = 0;
        while (!lines.IsEmpty)
        {
            var plain = lines.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            var plainEnd = plain < 0 ? lines.Length : LineStart(lines, plain);
            lines[..plainEnd].CopyTo(utf8[written..]);
            written += plainEnd;
            lines = lines[plainEnd..];
            if (plain < 0)
            {
                break;
            }

            var length = LineBreak.IndexIn(lines);
            var line = length < 0 ? lines : lines[..length];
            written += ConvertLine(line, utf8[written..]);
            lines = lines[line.Length..];
        }

        return written;
    }

    public void Forget() => Array.Clear(_characters);

    private static int LineStart(ReadOnlySpan<byte> lines, int position) => lines[..position].LastIndexOfAny((byte)'\n', (byte)'\r') + 1;

    private int ConvertLine(ReadOnlySpan<byte> line, Span<byte> utf8)
    {
        if (IsUtf8(line))
        {
            return Spoil(line, utf8);
        }

        if (_characters.Length < line.Length)
        {
            _characters = new char[line.Length];
        }

        var count = Encoding.GetChars(line, _characters);
        var written = System.Text.Encoding.UTF8.GetBytes(_characters.AsSpan(0, count), utf8);
        var rest = utf8[..written];
        for (var at = rest.IndexOf("\uFFFF"u8); at >= 0; at = rest.IndexOf("\uFFFF"u8))
        {
            rest.Slice(at, 3).Fill(NotUtf8);
            rest = rest[(at + 3)..];
        }

        return written;
    }

    // A line of UTF-8 that somebody has put into the file would decode to other characters, without a fault to be seen. Short sequences
    // happen by chance.
    private static bool IsUtf8(ReadOnlySpan<byte> line) => line.ContainsAnyInRange((byte)0xE0, (byte)0xF4) && Utf8.IsValid(line);

    private static int Spoil(ReadOnlySpan<byte> line, Span<byte> utf8)
    {
        for (var i = 0; i < line.Length; i++)
        {
            utf8[i] = line[i] < 0x80 ? line[i] : NotUtf8;
        }

        return line.Length;
    }
}
