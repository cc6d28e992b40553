namespace Fulfilment.Core.CardKeys.Import;

/// <summary>LF, CRLF and CR alone each end one physical line.</summary>
internal static class LineBreak
{
    public static int IndexIn(ReadOnlySpan<byte> text) => text.IndexOfAny((byte)'\n', (byte)'\r');

    /// <summary>
    /// Bytes of the line break that starts at <paramref name="index"/>; 0 when that cannot be said yet,
    /// because it is a carriage return and what follows has not arrived.
    /// </summary>
    public static int LengthAt(ReadOnlySpan<byte> text, int index, bool textIsLast)
    {
        if (text[index] == '\n')
            return 1;
        if (index + 1 < text.Length)
            return text[index + 1] == '\n' ? 2 : 1;
        return textIsLast ? 1 : 0;
    }

    public static int CountIn(ReadOnlySpan<byte> text)
    {
        var count = 0;
        for (var index = IndexIn(text); index >= 0; index = IndexIn(text))
        {
            text = text[(index + LengthAt(text, index, textIsLast: true))..];
            count++;
        }

        return count;
    }
}
