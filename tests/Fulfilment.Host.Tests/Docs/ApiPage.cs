using System.Globalization;
using System.Text.RegularExpressions;

namespace Fulfilment.Host.Tests.Docs;

/// <summary>docs/api.md, read as far as it can be held against a host: headings such as <c>### GET /v1/orders</c>, lines of answers, the table of codes.</summary>
internal sealed partial class ApiPage
{
    private ApiPage(IReadOnlyDictionary<string, AnswerList> operations, AnswerList always, IReadOnlyDictionary<string, (int Status, bool Retryable)> codes) =>
        (Operations, Always, Codes) = (operations, always, codes);

    /// <summary>What each operation answers, by <c>GET /v1/orders</c>.</summary>
    public IReadOnlyDictionary<string, AnswerList> Operations { get; }

    /// <summary>What every call that needs a key may answer.</summary>
    public AnswerList Always { get; }

    public IReadOnlyDictionary<string, (int Status, bool Retryable)> Codes { get; }

    public static ApiPage Read()
    {
        var operations = new Dictionary<string, AnswerList>(StringComparer.Ordinal);
        var codes = new Dictionary<string, (int, bool)>(StringComparer.Ordinal);
        AnswerList? always = null;
        string? operation = null;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "api.md")))
        {
            if (line.StartsWith('#'))
            {
                operation = Heading().Match(line) is { Success: true } heading ? heading.Groups[1].Value : null;
            }
            else if (line.StartsWith("Answers: ", StringComparison.Ordinal) && operation is not null)
            {
                operations.Add(operation, AnswerList.Parse(line));
            }
            else if (line.StartsWith("Every call that needs a key may answer", StringComparison.Ordinal))
            {
                always = AnswerList.Parse(line);
            }
            else if (CodeRow().Match(line) is { Success: true } row)
            {
                codes.Add(row.Groups[1].Value, (int.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture), row.Groups[3].Value == "yes"));
            }
        }

        return new ApiPage(operations, always ?? throw new InvalidDataException("docs/api.md does not say what every call may answer."), codes);
    }

    [GeneratedRegex("^### ((?:GET|POST|PATCH|PUT|DELETE) /.*)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| `([a-z_]+)` \| (\d{3}) \| (yes|no) \|")]
    private static partial Regex CodeRow();
}

/// <summary>Statuses, and the codes that go with each; a success has none.</summary>
internal sealed partial class AnswerList : SortedDictionary<int, SortedSet<string>>
{
    /// <summary>Reads every <c>`409 reference_conflict price_changed`</c> of a line.</summary>
    public static AnswerList Parse(string line)
    {
        var answers = new AnswerList();
        foreach (Match span in Span().Matches(line))
        {
            answers.Add(int.Parse(span.Groups[1].Value, CultureInfo.InvariantCulture), span.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return answers;
    }

    public void Add(int status, IEnumerable<string> codes)
    {
        if (!TryGetValue(status, out var all))
        {
            base.Add(status, all = new SortedSet<string>(StringComparer.Ordinal));
        }

        all.UnionWith(codes);
    }

    /// <summary>One line, for comparing.</summary>
    public override string ToString() => string.Join(" · ", this.Select(answer => string.Join(' ', answer.Value.Prepend(answer.Key.ToString(CultureInfo.InvariantCulture)))));

    [GeneratedRegex("`([0-9]{3})((?: [a-z_]+)*)`")]
    private static partial Regex Span();
}
