using System.Text.Json;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>A value of a definition file, and where it stands, so that a mistake in it can be pointed at.</summary>
internal sealed class SourceNode
{
    public required JsonValueKind Kind { get; init; }

    public required int Line { get; init; }

    public required string Path { get; init; }

    /// <summary>The content of a text; everything else as it stands in the file.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<SourceProperty> Properties { get; init; } = [];

    public IReadOnlyList<SourceNode> Items { get; init; } = [];

    /// <summary>For people: what stands there.</summary>
    public string Describe => Kind switch
    {
        JsonValueKind.Object => "an object { … }",
        JsonValueKind.Array => "a list [ … ]",
        JsonValueKind.String => $"the text \"{Text}\"",
        JsonValueKind.Number => $"the number {Text}",
        _ => Text,
    };

    public SourceNode? Find(string name) => Properties.FirstOrDefault(property => property.Name == name)?.Value;
}

/// <summary>A field of an object in a definition file.</summary>
internal sealed record SourceProperty(string Name, int Line, string Path, SourceNode Value);
