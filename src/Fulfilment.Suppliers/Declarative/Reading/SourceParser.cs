using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads a definition file as JSON and remembers the line of everything in it.</summary>
internal sealed class SourceParser
{
    private const int LongestFile = 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _file;
    private readonly Mistakes _mistakes;
    private readonly List<int> _lineStarts = [0];

    private SourceParser(byte[] file, Mistakes mistakes)
    {
        (_file, _mistakes) = (file, mistakes);
        for (var at = 0; at < file.Length; at++)
        {
            if (file[at] == '\n')
            {
                _lineStarts.Add(at + 1);
            }
        }
    }

    /// <summary>The object in the file; null, with a mistake, when there is none.</summary>
    public static SourceNode? Parse(ReadOnlySpan<byte> file, Mistakes mistakes)
    {
        if (file.Length > LongestFile)
        {
            mistakes.Add(1, "", "The file is larger than a megabyte.", "A definition has a few pages of text; this is probably another file.");
            return null;
        }

        var bytes = (file.StartsWith(Encoding.UTF8.Preamble) ? file[Encoding.UTF8.Preamble.Length..] : file).ToArray();
        try
        {
            _ = Utf8.GetCharCount(bytes);
        }
        catch (DecoderFallbackException)
        {
            mistakes.Add(1, "", "The file is not in UTF-8.", "Save it again and choose the encoding UTF-8.");
            return null;
        }

        var root = new SourceParser(bytes, mistakes).Root();
        if (root is { Kind: not JsonValueKind.Object })
        {
            mistakes.Add(root, $"The file holds {root.Describe}.", "A definition is one object: it begins with { and ends with }.");
            return null;
        }

        return root;
    }

    private SourceNode? Root()
    {
        var reader = new Utf8JsonReader(_file, new JsonReaderOptions { MaxDepth = 32 });
        try
        {
            reader.Read();
            var root = Read(ref reader, "");

            // Whatever follows is read too, to hear what is wrong with it.
            while (reader.Read())
            {
            }

            return root;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            Explain(exception as JsonException, (int)reader.BytesConsumed);
            return null;
        }
    }

    private SourceNode Read(ref Utf8JsonReader reader, string path)
    {
        var line = LineOf((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return new SourceNode { Kind = JsonValueKind.Object, Line = line, Path = path, Properties = ReadProperties(ref reader, path) };
            case JsonTokenType.StartArray:
                var items = new List<SourceNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader, string.Create(CultureInfo.InvariantCulture, $"{path}[{items.Count}]")));
                }

                return new SourceNode { Kind = JsonValueKind.Array, Line = line, Path = path, Items = items };
            case JsonTokenType.String:
                return new SourceNode { Kind = JsonValueKind.String, Line = line, Path = path, Text = reader.GetString()! };
            default:
                var kind = reader.TokenType switch
                {
                    JsonTokenType.Number => JsonValueKind.Number,
                    JsonTokenType.True => JsonValueKind.True,
                    JsonTokenType.False => JsonValueKind.False,
                    _ => JsonValueKind.Null,
                };
                return new SourceNode { Kind = kind, Line = line, Path = path, Text = Encoding.UTF8.GetString(reader.ValueSpan) };
        }
    }

    private List<SourceProperty> ReadProperties(ref Utf8JsonReader reader, string path)
    {
        var properties = new List<SourceProperty>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (name, line) = (reader.GetString()!, LineOf((int)reader.TokenStartIndex));
            var inner = path.Length == 0 ? name : $"{path}.{name}";
            reader.Read();
            var value = Read(ref reader, inner);
            if (properties.FirstOrDefault(property => property.Name == name) is { } first)
            {
                _mistakes.Add(line, inner, $"\"{name}\" is there twice; it was first in line {first.Line}.", "Keep one of them.");
                continue;
            }

            properties.Add(new SourceProperty(name, line, inner, value));
        }

        return properties;
    }

    private int LineOf(int offset)
    {
        var found = _lineStarts.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }

    // What stands at the place tells more than the parser's own words do.
    private void Explain(JsonException? exception, int consumed)
    {
        var line = exception?.LineNumber is { } number ? (int)number + 1 : LineOf(consumed);
        var start = _lineStarts[Math.Min(line, _lineStarts.Count) - 1];
        var at = Math.Min(_file.Length, start + (int)(exception?.BytePositionInLine ?? 0));
        var rest = Encoding.UTF8.GetString(_file.AsSpan(at)).TrimStart();
        var (wrong, instead) = rest switch
        {
            "" => ("The file ends too early.", "A closing } or ] or a quotation mark \" is missing."),
            ['，' or '：' or '“' or '”' or '｛' or '｝' or '【' or '】' or '‘' or '’', ..] =>
                ($"\"{rest[0]}\" is a Chinese or typographic mark.", "Write the plain ones of the keyboard: , : \" { } [ ]"),
            ['\'', ..] => ("A text begins with '.", "Texts stand between double quotation marks: \"…\"."),
            ['/' or '#', ..] => ("There is a comment.", "Files of this kind have none; use a field \"note\", which is ignored everywhere."),
            ['}' or ']', ..] => ($"\"{rest[0]}\" comes where something else is expected.", "There is probably a comma too many before it, or one bracket too many."),
            ['"', ..] => ("A text comes where something else is expected.", "There is probably a comma missing before it."),
            ['{' or '[', ..] => ($"\"{rest[0]}\" comes where something else is expected.", "There is probably a comma missing before it."),
            _ => ("This is not JSON.", "Look at commas, colons, brackets and quotation marks in this line and the one before it."),
        };
        _mistakes.Add(line, "", wrong, instead);
    }
}
