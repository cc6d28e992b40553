using Fulfilment.Suppliers.Declarative.Messages;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads texts with places in them.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="secrets">Those that the definition declares.</param>
internal sealed class TemplateReader(Mistakes mistakes, IReadOnlyCollection<string> secrets)
{
    private const string Opening = "{{", Closing = "}}", NumberMark = "|number";

    private static readonly Dictionary<string, PlaceholderKind> Kinds = Enum.GetValues<PlaceholderKind>().ToDictionary(NameOf, StringComparer.Ordinal);

    /// <summary>As it is written in a file.</summary>
    public static string NameOf(PlaceholderKind kind)
    {
        var name = kind.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    public Template Read(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed)
    {
        if (node.Kind != System.Text.Json.JsonValueKind.String)
        {
            mistakes.Add(node, $"This is {node.Describe}.", "Write a text between quotation marks: \"…\".");
            return Template.Empty;
        }

        var pieces = new List<TemplatePiece>();
        var rest = node.Text.AsSpan();
        while (!rest.IsEmpty)
        {
            var open = rest.IndexOf(Opening);
            var text = open < 0 ? rest : rest[..open];
            if (text.Length > 0)
            {
                CheckText(node, text);
                pieces.Add(new TemplatePiece(text.ToString(), null));
            }

            if (open < 0)
            {
                break;
            }

            rest = rest[(open + Opening.Length)..];
            var close = rest.IndexOf(Closing);
            if (close < 0)
            {
                mistakes.Add(node, $"\"{Opening}{rest}\" is not closed.", $"A place is written {Opening}name{Closing}.");
                break;
            }

            if (ReadPlace(node, rest[..close].ToString(), allowed) is { } place)
            {
                pieces.Add(new TemplatePiece("", place));
            }

            rest = rest[(close + Closing.Length)..];
        }

        return new Template(node.Text, pieces);
    }

    private void CheckText(SourceNode node, ReadOnlySpan<char> text)
    {
        if (text.Contains(Closing, StringComparison.Ordinal))
        {
            mistakes.Add(node, $"There is \"{Closing}\" without \"{Opening}\" before it.", $"A place is written {Opening}name{Closing}.");
        }
    }

    // name.argument:format|number
    private Placeholder? ReadPlace(SourceNode node, string source, IReadOnlyCollection<PlaceholderKind> allowed)
    {
        var isNumber = source.EndsWith(NumberMark, StringComparison.Ordinal);
        var text = isNumber ? source[..^NumberMark.Length] : source;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (name, format) = colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (word, argument) = dot < 0 ? (name, null) : (name[..dot], name[(dot + 1)..]);
        if (!Kinds.TryGetValue(word, out var kind) || !allowed.Contains(kind))
        {
            var here = allowed.Select(NameOf).ToList();
            mistakes.Add(
                node,
                Kinds.ContainsKey(word) ? $"{Opening}{word}{Closing} has no meaning here." : $"{Opening}{source}{Closing} is not known.{NearMiss.Suggest(word, here)}",
                $"Possible here: {string.Join(", ", allowed.Select(Shown).Order(StringComparer.Ordinal))}.");
            return null;
        }

        return CheckArgument(node, kind, argument) && CheckFormat(node, kind, format, isNumber) ? new Placeholder(kind, argument, format, isNumber) : null;
    }

    private bool CheckArgument(SourceNode node, PlaceholderKind kind, string? argument)
    {
        var needsOne = kind is PlaceholderKind.Secret or PlaceholderKind.Input or PlaceholderKind.Field or PlaceholderKind.Header;
        if (needsOne != !string.IsNullOrEmpty(argument))
        {
            var name = NameOf(kind);
            mistakes.Add(
                node,
                needsOne ? $"{Opening}{name}{Closing} does not say which." : $"{Opening}{name}.{argument}{Closing} is not known.",
                $"Write {Opening}{Shown(kind)}{Closing}.");
            return false;
        }

        if (kind == PlaceholderKind.Secret && !secrets.Contains(argument!))
        {
            mistakes.Add(
                node,
                $"The secret \"{argument}\" is not declared.{NearMiss.Suggest(argument!, secrets)}",
                $"Correct the name, or add it at the top of the file: \"secrets\": {{ \"{argument}\": \"what it is\" }}.");
            return false;
        }

        return true;
    }

    private bool CheckFormat(SourceNode node, PlaceholderKind kind, string? format, bool isNumber)
    {
        var isTime = kind is PlaceholderKind.Timestamp or PlaceholderKind.OrderTime;
        var isMoney = kind == PlaceholderKind.MaxCost;
        if (format is not null && !((isTime && TimeFormat.IsValid(format)) || (isMoney && MoneyFormat.All.Contains(format))))
        {
            var wrong = $"\":{format}\" is no way to write {Opening}{NameOf(kind)}{Closing}.";
            mistakes.Add(node, wrong + (isMoney ? NearMiss.Suggest(format, MoneyFormat.All) : ""), kind switch
            {
                PlaceholderKind.Timestamp or PlaceholderKind.OrderTime => "Write :s (seconds since 1970), :ms, or a date such as :yyyyMMddHHmmss.",
                PlaceholderKind.MaxCost => $"Write {NearMiss.List(MoneyFormat.All)} after the colon.",
                _ => "Leave out the colon and what follows it.",
            });
            return false;
        }

        var canBeNumber = isMoney || kind == PlaceholderKind.Page || (isTime && (format ?? TimeFormat.Seconds) is TimeFormat.Seconds or TimeFormat.Milliseconds);
        if (isNumber && !canBeNumber)
        {
            mistakes.Add(
                node,
                $"{Opening}{NameOf(kind)}{Closing} cannot be written as a number.",
                $"Leave out \"{NumberMark}\": money, pages and times in s or ms can be numbers, everything else is a text.");
            return false;
        }

        return true;
    }

    private static string Shown(PlaceholderKind kind) => kind switch
    {
        PlaceholderKind.Secret or PlaceholderKind.Input or PlaceholderKind.Field or PlaceholderKind.Header => $"{NameOf(kind)}.NAME",
        PlaceholderKind.Timestamp or PlaceholderKind.OrderTime => $"{NameOf(kind)}:s",
        PlaceholderKind.MaxCost => $"{NameOf(kind)}:yuan",
        _ => NameOf(kind),
    };
}
