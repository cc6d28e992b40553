using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Fulfilment.Host.Api;

/// <summary>Which of the two languages a caller would rather read.</summary>
internal static class AcceptLanguage
{
    /// <summary>Whether Chinese has a higher weight than English, or the same and stands first. English is the default.</summary>
    public static bool PrefersChinese(StringValues header)
    {
        var (chinese, english) = (0.0, 0.0);
        var chineseFirst = false;
        foreach (var range in header.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            var (tag, weight) = Read(range);
            if (Is(tag, "zh"))
            {
                chineseFirst |= english == 0;
                chinese = Math.Max(chinese, weight);
            }
            else if (Is(tag, "en"))
            {
                english = Math.Max(english, weight);
            }
        }

        return chinese > 0 && (chinese > english || (chinese == english && chineseFirst));
    }

    private static bool Is(ReadOnlySpan<char> tag, string language) =>
        tag.StartsWith(language, StringComparison.OrdinalIgnoreCase) && (tag.Length == language.Length || tag[language.Length] == '-');

    private static (string Tag, double Weight) Read(string range)
    {
        var semicolon = range.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0)
        {
            return (range, 1);
        }

        var weight = range.AsSpan(semicolon + 1).Trim();
        return weight.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(weight[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q)
            ? (range[..semicolon].TrimEnd(), q)
            : (range[..semicolon].TrimEnd(), 0);
    }
}
