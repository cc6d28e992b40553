namespace Fulfilment.Core.CardKeys.Import;

/// <summary>How a reader took a file, for somebody to see before its rows are sold.</summary>
/// <param name="Encoding"><c>ascii</c>, <c>utf-8</c> or <c>gb18030</c>; null where there is none.</param>
/// <param name="Separator"><c>comma</c>, <c>tab</c> or <c>dashes</c>; null where there is none.</param>
/// <param name="Header">Whether the first row names the columns; null where columns have no names or there is no row.</param>
/// <param name="Columns">What stands in them from left to right: <c>number</c>, <c>secret</c>, <c>expiresOn</c>, <c>unknown</c>; null as with <paramref name="Header"/>.</param>
public sealed record FileUnderstanding(string? Encoding, string? Separator = null, bool? Header = null, IReadOnlyList<string>? Columns = null)
{
    internal static string NameOf(TextEncoding? encoding) => encoding is not { } known ? "ascii" : known switch
    {
        TextEncoding.Utf8 => "utf-8",
        TextEncoding.Gb18030 => "gb18030",
    };
}
