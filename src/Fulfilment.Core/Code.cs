using System.Buffers;

namespace Fulfilment.Core;

/// <summary>The codes by which people name SKUs, storefronts and suppliers: 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>. They stand in addresses as they are.</summary>
public static class Code
{
    private const int Longest = 64;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether the text is a code. <c>.</c> and <c>..</c> are none: in an address they would mean a folder.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= Longest && !text.ContainsAnyExcept(Allowed) && text is not ("." or "..");
}
