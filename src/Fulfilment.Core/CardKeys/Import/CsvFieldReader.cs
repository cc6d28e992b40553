using System.Buffers;

namespace Fulfilment.Core.CardKeys.Import;

internal enum CsvSeparator
{
    Comma,
    Tab,

    /// <summary><c>----</c>, as sellers of accounts write; such files know no quotes.</summary>
    Dashes,
}

internal enum CsvFieldStatus
{
    Field,

    /// <summary>The row goes on behind the window.</summary>
    Unfinished,

    BadQuote,
}

/// <summary>
/// Takes the fields of one row off the front of a window (RFC 4180, sections 2.5 to 2.7). Stricter than most:
/// a quote is either around the field or doubled inside it, for a secret that was guessed wrongly is sold
/// before anybody sees it, and a refused row is not.
/// </summary>
/// <param name="window">Starts with the row.</param>
/// <param name="windowIsLast">The file ends with the window.</param>
/// <param name="separator">What stands between fields.</param>
/// <param name="scratch">Takes fields with doubled quotes; at least as long as the window.</param>
internal ref struct CsvFieldReader(
    ReadOnlySpan<byte> window, bool windowIsLast, CsvSeparator separator, Span<byte> scratch)
{
    private static readonly SearchValues<byte> CommaStops = SearchValues.Create(",\"\r\n"u8);
    private static readonly SearchValues<byte> TabStops = SearchValues.Create("\t\"\r\n"u8);

    private readonly ReadOnlySpan<byte> _window = window;
    private Span<byte> _scratch = scratch;

    /// <summary>Bytes taken so far, separators and line break included.</summary>
    public int Position { get; private set; }

    /// <summary>Line breaks among the bytes taken.</summary>
    public int Lines { get; private set; }

    /// <summary>Whether the field just read was the last one.</summary>
    public bool IsRowEnd { get; private set; }

    public CsvFieldStatus Next(out ReadOnlySpan<byte> field)
    {
        var rest = _window[Position..];
        if (separator == CsvSeparator.Dashes)
            return NextBetweenDashes(rest, out field);
        if (!rest.IsEmpty && rest[0] == '"')
            return NextQuoted(rest, out field);

        var length = rest.IndexOfAny(separator == CsvSeparator.Comma ? CommaStops : TabStops);
        field = length < 0 ? rest : rest[..length];
        return EndField(field.Length);
    }

    private CsvFieldStatus NextQuoted(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> field)
    {
        field = default;
        var unescaped = 0;
        var pieceStart = 1;
        while (true)
        {
            var pieceLength = rest[pieceStart..].IndexOf((byte)'"');
            var quote = pieceStart + pieceLength;
            if (pieceLength < 0)
                return windowIsLast ? CsvFieldStatus.BadQuote : CsvFieldStatus.Unfinished;

            // Should the window end right here, then EndField says that there is more to come.
            var isDoubled = quote + 1 < rest.Length && rest[quote + 1] == '"';
            if (isDoubled || unescaped > 0)
            {
                var piece = rest[pieceStart..(isDoubled ? quote + 1 : quote)];
                piece.CopyTo(_scratch[unescaped..]);
                unescaped += piece.Length;
            }

            if (isDoubled)
            {
                pieceStart = quote + 2;
                continue;
            }

            Lines += LineBreak.CountIn(rest[1..quote]);
            field = unescaped > 0 ? _scratch[..unescaped] : rest[1..quote];
            _scratch = _scratch[unescaped..];
            return EndField(quote + 1);
        }
    }

    private CsvFieldStatus NextBetweenDashes(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> field)
    {
        var lineLength = LineBreak.IndexIn(rest);
        if (lineLength < 0)
            lineLength = rest.Length;

        var length = rest[..lineLength].IndexOf("----"u8);
        if (length < 0)
        {
            field = rest[..lineLength];
            return EndField(lineLength);
        }

        field = rest[..length];
        Position += length + 4;
        return CsvFieldStatus.Field;
    }

    /// <summary>Steps over what stands behind a field of that many bytes.</summary>
    private CsvFieldStatus EndField(int length)
    {
        var end = Position + length;
        if (end == _window.Length)
        {
            IsRowEnd = windowIsLast;
            Position = end;
            return windowIsLast ? CsvFieldStatus.Field : CsvFieldStatus.Unfinished;
        }

        if (_window[end] is not ((byte)'\r' or (byte)'\n'))
        {
            Position = end + 1;
            return _window[end] == (separator == CsvSeparator.Tab ? '\t' : ',')
                ? CsvFieldStatus.Field
                : CsvFieldStatus.BadQuote;
        }

        var breakLength = LineBreak.LengthAt(_window, end, windowIsLast);
        if (breakLength == 0)
            return CsvFieldStatus.Unfinished;

        Position = end + breakLength;
        Lines++;
        IsRowEnd = true;
        return CsvFieldStatus.Field;
    }
}
