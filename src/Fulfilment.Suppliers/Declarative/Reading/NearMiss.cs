namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Finds the word that somebody probably meant.</summary>
internal static class NearMiss
{
    /// <summary><c> Did you mean "…"?</c>, or nothing when no word is near.</summary>
    public static string Suggest(string written, IEnumerable<string> words)
    {
        var nearest = words
            .Select(word => (Word: word, Distance: Distance(Plain(written), Plain(word))))
            .Where(found => found.Distance <= Math.Max(1, found.Word.Length / 3))
            .OrderBy(found => found.Distance)
            .FirstOrDefault();
        return nearest.Word is null ? "" : $" Did you mean \"{nearest.Word}\"?";
    }

    /// <summary><c>"a", "b" or "c"</c>.</summary>
    public static string List(IReadOnlyCollection<string> words) => words.Count < 2
        ? string.Concat(words.Select(word => $"\"{word}\""))
        : $"{string.Join(", ", words.SkipLast(1).Select(word => $"\"{word}\""))} or \"{words.Last()}\"";

    private static string Plain(string word) => string.Concat(word.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // Characters to insert, drop or change, and neighbours to swap, until one is the other.
    private static int Distance(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > 12)
        {
            return int.MaxValue;
        }

        var costs = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                costs[i, j] = (i, j) switch
                {
                    (_, 0) => i,
                    (0, _) => j,
                    _ => Math.Min(Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1, costs[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
                }
            }
        }

        return costs[one.Length, other.Length];
    }
}
