using System.Globalization;
using System.Text.Json;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads the fields of one object of a definition; whatever nobody asked for is a mistake, with the name that was probably meant.</summary>
internal sealed class FieldReader
{
    /// <summary>Ignored in every object: a place for the writer's own words.</summary>
    public const string Note = "note";

    private readonly HashSet<string> _known = [Note];

    /// <summary>A node that is no object is a mistake, and read as an empty one.</summary>
    public FieldReader(SourceNode node, Mistakes mistakes)
    {
        (Node, Mistakes) = (node, mistakes);
        if (node.Kind != JsonValueKind.Object)
        {
            mistakes.Add(node, $"This is {node.Describe}.", "It has to be an object: { … }.");
        }
    }

    public SourceNode Node { get; }

    public Mistakes Mistakes { get; }

    public SourceNode? Optional(string name)
    {
        _known.Add(name);
        return Node.Find(name) is { Kind: not JsonValueKind.Null } found ? found : null;
    }

    public SourceNode? Required(string name, string instead)
    {
        var found = Optional(name);
        if (found is null && Node.Kind == JsonValueKind.Object)
        {
            Mistakes.Add(Node, $"The field \"{name}\" is missing.", instead);
        }

        return found;
    }

    public FieldReader? Object(string name) => Optional(name) is { } node ? new FieldReader(node, Mistakes) : null;

    public string? Text(string name) => TextOf(Optional(name));

    public string? RequiredText(string name, string instead) => TextOf(Required(name, instead));

    public string? TextOf(SourceNode? node)
    {
        if (node is null)
        {
            return null;
        }

        if (node.Kind == JsonValueKind.String && node.Text.Length > 0)
        {
            return node.Text;
        }

        Mistakes.Add(node, node.Kind == JsonValueKind.String ? "The text is empty." : $"This is {node.Describe}.", "Write a text between quotation marks: \"…\".");
        return null;
    }

    public bool Flag(string name)
    {
        var node = Optional(name);
        if (node is not (null or { Kind: JsonValueKind.True or JsonValueKind.False }))
        {
            Mistakes.Add(node, $"This is {node.Describe}.", "Write true or false, without quotation marks.");
        }

        return node?.Kind == JsonValueKind.True;
    }

    public int? Whole(string name, int least, int most) => Number(name, least, most) is { } number ? (int)number : null;

    /// <summary>A number, whole or not; a mistake when it is out of bounds.</summary>
    public decimal? Number(string name, decimal least, decimal most, bool fractions = false)
    {
        if (Optional(name) is not { } node)
        {
            return null;
        }

        if (node.Kind == JsonValueKind.Number && decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most && (fractions || decimal.IsInteger(number)))
        {
            return number;
        }

        Mistakes.Add(node, $"This is {node.Describe}.", string.Create(CultureInfo.InvariantCulture, $"Write a number from {least} to {most}, without quotation marks."));
        return null;
    }

    public T? Choice<T>(string name, IReadOnlyDictionary<string, T> choices)
        where T : struct => Optional(name) is { } node ? ChoiceOf(node, choices) : null;

    /// <summary>One of these words.</summary>
    public string? Word(string name, IReadOnlyList<string> words) => Choice(name, words.Index().ToDictionary(word => word.Item, word => word.Index)) is { } index ? words[index] : null;

    public T? ChoiceOf<T>(SourceNode node, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        if (node.Kind == JsonValueKind.String && choices.TryGetValue(node.Text, out var choice))
        {
            return choice;
        }

        var near = node.Kind == JsonValueKind.String ? NearMiss.Suggest(node.Text, choices.Keys) : "";
        Mistakes.Add(node, $"This is {node.Describe}.", $"Write {NearMiss.List([.. choices.Keys])}.{near}");
        return null;
    }

    public IReadOnlyList<SourceNode> Items(string name, string instead)
    {
        var node = Optional(name);
        if (node is not (null or { Kind: JsonValueKind.Array }))
        {
            Mistakes.Add(node, $"This is {node.Describe}.", instead);
        }

        return node?.Items ?? [];
    }

    /// <summary>Called when everything was asked for.</summary>
    public void Close()
    {
        foreach (var property in Node.Properties.Where(property => !_known.Contains(property.Name)))
        {
            var near = NearMiss.Suggest(property.Name, _known);
            Mistakes.Add(
                property.Line,
                property.Path,
                $"There is no field \"{property.Name}\" here.{near}",
                near.Length > 0 ? "Correct the name, or take the field out." : $"Take it out. Known here: {string.Join(", ", _known.Where(name => name != Note).Order(StringComparer.Ordinal))}.");
        }
    }
}
