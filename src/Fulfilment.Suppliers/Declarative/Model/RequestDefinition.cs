using Fulfilment.Suppliers.Declarative.Messages;

namespace Fulfilment.Suppliers.Declarative.Model;

/// <summary>A request as a template.</summary>
public sealed record RequestDefinition
{
    /// <summary>Of HTTP, in capitals.</summary>
    public required string Method { get; init; }

    /// <summary>From the base address on; begins with a slash.</summary>
    public required Template Path { get; init; }

    /// <summary>What follows the question mark, in this order.</summary>
    public IReadOnlyList<NamedValue> Query { get; init; } = [];

    /// <summary>Beside those that every request has.</summary>
    public IReadOnlyList<NamedValue> Headers { get; init; } = [];

    /// <summary>Of the body.</summary>
    public BodyFormat Format { get; init; }

    /// <summary>The fields of the body, in this order.</summary>
    public IReadOnlyList<NamedValue> Body { get; init; } = [];

    /// <summary>What <c>{{sign}}</c> stands for; null: the request is not signed.</summary>
    public SignatureDefinition? Signature { get; init; }

    /// <summary>Every field, wherever it stands.</summary>
    public IEnumerable<NamedValue> Fields => [.. Query, .. Headers, .. Body];

    /// <summary>Whether any template of it has this placeholder.</summary>
    public bool Uses(PlaceholderKind kind) =>
        Path.Uses(kind) || Fields.Any(field => field.Value.Templates.Any(template => template.Uses(kind))) || Signature?.Text.Uses(kind) == true;
}

/// <summary>How a body is written.</summary>
public enum BodyFormat
{
    /// <summary>There is none.</summary>
    None,

    /// <summary><c>a=1&amp;b=2</c>.</summary>
    Form,

    /// <summary>A JSON object.</summary>
    Json,
}

/// <summary>A field with its value.</summary>
/// <param name="Name">As the supplier calls it.</param>
/// <param name="Value">What goes into it.</param>
public sealed record NamedValue(string Name, ValueTemplate Value);

/// <summary>A value with places that are filled in. A field whose whole text is one placeholder without a value is left out.</summary>
public abstract record ValueTemplate
{
    private ValueTemplate()
    {
    }

    /// <summary>The templates in it.</summary>
    public abstract IEnumerable<Template> Templates { get; }

    /// <summary>A text, or a number where the template says so.</summary>
    public sealed record Text(Template Template) : ValueTemplate
    {
        /// <inheritdoc/>
        public override IEnumerable<Template> Templates => [Template];
    }

    /// <summary>A number, true, false or null: JSON as it stands in the file.</summary>
    public sealed record Literal(string Json) : ValueTemplate
    {
        /// <inheritdoc/>
        public override IEnumerable<Template> Templates => [];
    }

    /// <summary>An object inside a JSON body.</summary>
    public sealed record Nested(IReadOnlyList<NamedValue> Fields) : ValueTemplate
    {
        /// <inheritdoc/>
        public override IEnumerable<Template> Templates => Fields.SelectMany(inner => inner.Value.Templates);
    }

    /// <summary>A list inside a JSON body.</summary>
    public sealed record Items(IReadOnlyList<ValueTemplate> Values) : ValueTemplate
    {
        /// <inheritdoc/>
        public override IEnumerable<Template> Templates => Values.SelectMany(value => value.Templates);
    }

    /// <summary>JSON as a text inside a field (<c>biz_content</c>).</summary>
    public sealed record JsonText(ValueTemplate Content) : ValueTemplate
    {
        /// <inheritdoc/>
        public override IEnumerable<Template> Templates => Content.Templates;
    }
}
