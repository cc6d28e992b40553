using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Fulfilment.Core;

/// <summary>
/// Regular expressions that operators write and that texts from outside are held against. They do not backtrack, so no text takes long,
/// and they match a text as a whole.
/// </summary>
public static class WholePattern
{
    /// <summary>The longest pattern, in characters.</summary>
    public const int Longest = 200;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Refuses what is too long, not a regular expression, or not one that can be matched without backtracking.</summary>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        regex = null;
        if (pattern.Length > Longest)
        {
            return false;
        }

        try
        {
            // By itself first: "a)|(b" is no expression, though it becomes one inside the group.
            _ = new Regex(pattern, Options);
            regex = new Regex($@"\A(?:{pattern})\z", Options);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Whether the whole text matches a pattern that <see cref="TryCompile"/> has accepted.</summary>
    public static bool IsMatch(string pattern, string text) => Regex.IsMatch(text, $@"\A(?:{pattern})\z", Options);
}
