using System.Text;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>A text with places that are filled in. It knows nothing of where it goes: whoever writes the result into JSON, a form or an address escapes it there.</summary>
public sealed class Template
{
    /// <summary>One without anything in it.</summary>
    public static readonly Template Empty = new("", []);

    internal Template(string source, IReadOnlyList<TemplatePiece> pieces) => (Source, Pieces) = (source, pieces);

    /// <summary>As it is written.</summary>
    public string Source { get; }

    /// <summary>Texts and places in their order.</summary>
    public IReadOnlyList<TemplatePiece> Pieces { get; }

    /// <summary>The place that is all there is; null when there is more or less.</summary>
    public Placeholder? Only => Pieces is [{ Place: { } place }] ? place : null;

    /// <summary>The places in it.</summary>
    public IEnumerable<Placeholder> Places => Pieces.Where(piece => piece.Place is not null).Select(piece => piece.Place!);

    /// <summary>Whether there is such a place in it.</summary>
    public bool Uses(PlaceholderKind kind) => Places.Any(place => place.Kind == kind);

    /// <summary>The text; null when all there is to it is a place without a value.</summary>
    public string? Fill(ITemplateValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (Only is { } only)
        {
            return values.Find(only);
        }

        var text = new StringBuilder();
        foreach (var piece in Pieces)
        {
            text.Append(piece.Place is null ? piece.Text : values.Find(piece.Place));
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Source;
}

/// <summary>A piece of a template: a text, or a place.</summary>
public sealed record TemplatePiece(string Text, Placeholder? Place);
