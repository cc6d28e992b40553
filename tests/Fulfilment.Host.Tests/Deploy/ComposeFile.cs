using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Fulfilment.Host.Tests.Deploy;

/// <summary>
/// Reads as much of YAML as docker-compose.yml is written in: maps and lists by indentation, lists in brackets, anchors, aliases and merges.
/// What it does not know it refuses.
/// </summary>
internal sealed partial class ComposeFile
{
    private readonly List<(int Indent, string Text)> _lines;
    private readonly Dictionary<string, JsonNode> _anchors = [];
    private int _at;

    private ComposeFile(string text) =>
        _lines = [.. text.Split('\n').Where(line => line.Trim() is { Length: > 0 } content && content[0] != '#').Select(line => (line.Length - line.TrimStart().Length, line.Trim()))];

    public static JsonObject Parse(string text)
    {
        var file = new ComposeFile(text);
        var parsed = file.Block(0).AsObject();
        return file._at == file._lines.Count ? parsed : throw new FormatException($"Not understood: {file._lines[file._at].Text}");
    }

    private JsonNode Block(int indent) => _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal) ? List(indent) : Map(indent);

    private JsonArray List(int indent)
    {
        var list = new JsonArray();
        for (; IsAt(indent) && _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal);)
        {
            var item = _lines[_at].Text[2..];
            if (Entry().Match(item) is { Success: true })
            {
                // The item is a map whose first entry stands beside the dash.
                _lines[_at] = (indent + 2, item);
                list.Add(Map(indent + 2));
                continue;
            }

            _at++;
            list.Add(Scalar(item));
        }

        return list;
    }

    private JsonObject Map(int indent)
    {
        var map = new JsonObject();
        JsonObject? merged = null;
        while (IsAt(indent))
        {
            var entry = Entry().Match(_lines[_at].Text);
            if (!entry.Success)
            {
                throw new FormatException($"Not understood: {_lines[_at].Text}");
            }

            _at++;
            var (key, anchor, text) = (entry.Groups["key"].Value, entry.Groups["anchor"].Value, entry.Groups["value"].Value);
            var value = text.Length > 0 ? Scalar(text) : _at < _lines.Count && _lines[_at].Indent > indent ? Block(_lines[_at].Indent) : new JsonObject();
            if (anchor.Length > 0)
            {
                _anchors.Add(anchor, value.DeepClone());
            }

            if (key == "<<")
            {
                merged = value.AsObject();
            }
            else
            {
                map.Add(key, value);
            }
        }

        // What stands here wins over what is merged.
        foreach (var (key, value) in merged ?? [])
        {
            if (!map.ContainsKey(key))
            {
                map.Add(key, value?.DeepClone());
            }
        }

        if (_at < _lines.Count && _lines[_at].Indent > indent)
        {
            throw new FormatException($"Too far in: {_lines[_at].Text}");
        }

        return map;
    }

    private bool IsAt(int indent) => _at < _lines.Count && _lines[_at].Indent == indent;

    private JsonNode Scalar(string text) => text[0] switch
    {
        '*' => _anchors[text[1..]].DeepClone(),
        '[' => new JsonArray([.. Item().Matches(text[1..^1]).Select(item => (JsonNode)Unquoted(item.Value))]),
        '{' or '|' or '>' or '\'' or '&' or '!' => throw new FormatException($"Not understood: {text}"),
        _ => Unquoted(text),
    };

    private static string Unquoted(string text) => text[0] == '"' ? text[1..^1] : text;

    [GeneratedRegex("""^(?<key>[A-Za-z0-9_<.-]+):(?: +&(?<anchor>[a-z-]+))?(?: +(?<value>\S.*))?$""")]
    private static partial Regex Entry();

    [GeneratedRegex("""
        "[^"]*"|[^",\s][^,]*
        """)]
    private static partial Regex Item();
}
