using System.Buffers;
using System.Text;

namespace Fulfilment.Core;

/// <summary>Tells text that can be stored from text that cannot.</summary>
public static class WellFormedText
{
    /// <summary>Whether every surrogate in <paramref name="text"/> has its other half, so that it has a UTF-8 form.</summary>
    public static bool Is(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0; at = text.IndexOfAnyInRange('\uD800', '\uDFFF'))
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var consumed) != OperationStatus.Done)
            {
                return false;
            }

            text = text[(at + consumed)..];
        }

        return true;
    }
}
