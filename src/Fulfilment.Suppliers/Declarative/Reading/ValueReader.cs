using System.Text.Json;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads the fields of a request.</summary>
internal sealed class ValueReader(Mistakes mistakes, TemplateReader templates)
{
    private const string JsonMark = "$json";

    /// <summary>The fields of a form, of a query string or of the headers.</summary>
    public IReadOnlyList<NamedValue> ReadFlat(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed) => ReadFields(node, allowed, value => ReadText(value, allowed));

    /// <summary>The fields of a JSON body.</summary>
    public IReadOnlyList<NamedValue> ReadJson(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed) => ReadFields(node, allowed, value => ReadAny(value, allowed));

    private List<NamedValue> ReadFields(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed, Func<SourceNode, ValueTemplate> read)
    {
        if (node.Kind != JsonValueKind.Object)
        {
            mistakes.Add(node, $"This is {node.Describe}.", "It has to be an object with the supplier's names: { \"name\": \"{{place}}\" }.");
        }

        return [.. node.Properties.Select(property => new NamedValue(property.Name, read(property.Value)))];
    }

    private ValueTemplate ReadText(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed)
    {
        if (node.Kind is JsonValueKind.String or JsonValueKind.Number || IsJsonText(node))
        {
            return ReadAny(node, allowed);
        }

        mistakes.Add(node, $"This is {node.Describe}.", $"Write a text. JSON inside a text is written {{ \"{JsonMark}\": {{ … }} }}.");
        return new ValueTemplate.Literal("null");
    }

    private ValueTemplate ReadAny(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed)
    {
        // A signature inside an object would be part of what is signed.
        var inner = allowed.Where(kind => kind != PlaceholderKind.Sign).ToList();
        return node switch
        {
            { Kind: JsonValueKind.String } => new ValueTemplate.Text(templates.Read(node, allowed)),
            { Kind: JsonValueKind.Object } when IsJsonText(node) => new ValueTemplate.JsonText(ReadAny(node.Properties[0].Value, inner)),
            { Kind: JsonValueKind.Object } => new ValueTemplate.Nested(ReadJson(node, inner)),
            { Kind: JsonValueKind.Array } => new ValueTemplate.Items([.. node.Items.Select(item => ReadAny(item, inner))]),
            _ => new ValueTemplate.Literal(node.Text),
        };
    }

    private static bool IsJsonText(SourceNode node) => node is { Kind: JsonValueKind.Object, Properties: [{ Name: JsonMark }] };
}
