using System.Buffers;
using System.Text;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>How the bytes of a file mean text.</summary>
public enum TextEncoding
{
    /// <summary>UTF-8, and ASCII with it.</summary>
    Utf8 = 1,

    /// <summary>GB18030, and GBK and GB2312 with it: what Chinese spreadsheets save as CSV.</summary>
    Gb18030 = 2,
}

/// <summary>Tells the encoding of a file that does not say.</summary>
internal static class EncodingGuess
{
    /// <summary>
    /// Judges the stretch of a file that begins with its first byte beyond ASCII. Valid UTF-8 is UTF-8: other encodings hardly ever are by chance.
    /// What is not is GB18030 only if it reads like Chinese in it. Everything else counts as UTF-8 with broken rows, for a broken row is
    /// refused with its line, and one that is decoded wrongly is sold.
    /// </summary>
    public static TextEncoding Of(ReadOnlySpan<byte> sample)
    {
        var (longSequences, invalid) = CountUtf8(sample);
        if (invalid == 0)
        {
            return TextEncoding.Utf8;
        }

        var (common, uncommon) = CountGb18030(sample);
        return common > uncommon && longSequences <= invalid ? TextEncoding.Gb18030 : TextEncoding.Utf8;
    }

    // Sequences of three bytes and more, such as every Chinese character is: text in GB18030 has next to none.
    private static (int LongSequences, int Invalid) CountUtf8(ReadOnlySpan<byte> sample)
    {
        var (longSequences, invalid) = (0, 0);
        while (!sample.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(sample, out _, out var length);
            if (status == OperationStatus.NeedMoreData)
            {
                break;
            }

            longSequences += status == OperationStatus.Done && length >= 3 ? 1 : 0;
            invalid += status == OperationStatus.InvalidData ? 1 : 0;
            sample = sample[length..];
        }

        return (longSequences, invalid);
    }

    // Common are the characters and marks of GB2312; uncommon all others, and what is no character at all.
    private static (int Common, int Uncommon) CountGb18030(ReadOnlySpan<byte> sample)
    {
        var (common, uncommon) = (0, 0);
        for (var i = 0; i < sample.Length;)
        {
            if (sample[i] < 0x80)
            {
                i++;
                continue;
            }

            if (i + 1 < sample.Length)
            {
                var isCommon = sample[i] is >= 0xA1 and <= 0xF7 && sample[i + 1] is >= 0xA1 and <= 0xFE;
                common += isCommon ? 1 : 0;
                uncommon += isCommon ? 0 : 1;
            }

            i += i + 1 < sample.Length && sample[i + 1] is >= (byte)'0' and <= (byte)'9' ? 4 : 2;
        }

        return (common, uncommon);
    }
}
