using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Encodings.Web;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace SupplierSimulator.Wire;

/// <summary>
/// A request taken apart by the template that the customer wrote it from: every place of the template has the text that stood there. Read from the bytes
/// that came, not by the code that wrote them, so that the two check each other.
/// </summary>
internal sealed class ReceivedRequest : ITemplateValues
{
    internal static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<(PlaceholderKind Kind, string? Argument), string> _found = [];
    private readonly IReadOnlyDictionary<string, string> _secrets;

    private ReceivedRequest(IReadOnlyDictionary<string, string> secrets) => _secrets = secrets;

    /// <summary>The request as that template has it; null: it is another one.</summary>
    public static ReceivedRequest? Match(RequestDefinition template, WireRequest request, IReadOnlyDictionary<string, string> secrets)
    {
        var received = new ReceivedRequest(secrets);
        var query = Form(request.Query.TrimStart('?'));
        return template.Method == request.Method
            && received.Matches(template.Path, request.Path, Uri.UnescapeDataString)
            && template.Query.All(field => received.Matches(field.Value, query.GetValueOrDefault(field.Name)))
            && template.Headers.All(field => received.Matches(field.Value, request.Headers.GetValueOrDefault(field.Name)))
            && received.MatchesBody(template, request)
                ? received
                : null;
    }

    /// <summary>The text that stood at a place; null: none.</summary>
    public string? Find(PlaceholderKind kind) => _found.GetValueOrDefault((kind, null));

    string? ITemplateValues.Find(Placeholder placeholder) => placeholder.Kind == PlaceholderKind.Secret
        ? _secrets.GetValueOrDefault(placeholder.Argument!)
        : _found.GetValueOrDefault((placeholder.Kind, placeholder.Argument));

    /// <summary>Whether the signature, and every secret that was sent, is the one we share with the customer.</summary>
    public bool IsGenuine(RequestDefinition template, WireRequest request)
    {
        if (_found.Any(pair => pair.Key.Kind == PlaceholderKind.Secret && pair.Value != _secrets.GetValueOrDefault(pair.Key.Argument!)))
        {
            return false;
        }

        return template.Signature is not { } signature
            || Find(PlaceholderKind.Sign) is { } sign && Signer.AreSame(signature.Writing, Signer.Sign(signature, SignedPart(template, request), this), sign);
    }

    private static SignedContent SignedPart(RequestDefinition template, WireRequest request)
    {
        var signs = template.Fields.Where(field => field.Value.Templates.Any(text => text.Uses(PlaceholderKind.Sign))).Select(field => field.Name).ToHashSet();
        var body = Encoding.UTF8.GetString(request.Body);
        IEnumerable<KeyValuePair<string, string>> fields = Form(request.Query.TrimStart('?'));
        switch (template.Format)
        {
            case BodyFormat.Form:
                fields = fields.Concat(Form(body));
                body = string.Join('&', body.Split('&').Where(pair => !signs.Contains(Decode(pair.Split('=')[0]))));
                break;
            case BodyFormat.Json:
                var json = JsonNode.Parse(body)!.AsObject();
                fields = fields.Concat(json.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, JsonTree.TextOf(field.Value!))));
                if (json.Any(field => signs.Contains(field.Key)))
                {
                    foreach (var sign in signs)
                    {
                        json.Remove(sign);
                    }

                    body = json.ToJsonString(Compact);
                }

                break;
        }

        return new SignedContent([.. fields.Where(field => !signs.Contains(field.Key))], request.Headers, body, request.Method, request.Path);
    }

    private bool MatchesBody(RequestDefinition template, WireRequest request)
    {
        switch (template.Format)
        {
            case BodyFormat.Form:
                var form = Form(Encoding.UTF8.GetString(request.Body));
                return template.Body.All(field => Matches(field.Value, form.GetValueOrDefault(field.Name)));
            case BodyFormat.Json:
                return StrictJson.Parse(request.Body) is { ValueKind: JsonValueKind.Object } && JsonNode.Parse(request.Body) is JsonObject json
                    && template.Body.All(field => Matches(field.Value, json[field.Name]));
            default:
                return true;
        }
    }

    private bool Matches(ValueTemplate value, string? text) => value switch
    {
        ValueTemplate.Text template => text is null ? template.Template.Only is not null : Matches(template.Template, text, piece => piece),
        ValueTemplate.Literal literal => text == literal.Json,
        ValueTemplate.JsonText json => text is not null && JsonNode.Parse(text) is { } inner && Matches(json.Content, inner),
        ValueTemplate.Nested or ValueTemplate.Items => text is not null && JsonNode.Parse(text) is { } inner && Matches(value, inner),
        _ => false,
    };

    private bool Matches(ValueTemplate value, JsonNode? json) => value switch
    {
        ValueTemplate.Nested nested => json is JsonObject found && nested.Fields.All(field => Matches(field.Value, found[field.Name])),
        ValueTemplate.Items items => json is JsonArray found && found.Count == items.Values.Count && items.Values.Zip(found).All(pair => Matches(pair.First, pair.Second)),
        ValueTemplate.Literal { Json: "null" } => json is null,
        _ => Matches(value, json is null ? null : JsonTree.TextOf(json)),
    };

    // Fixed texts must be there; what stands between two of them is the place's.
    private bool Matches(Template template, string text, Func<string, string> decode)
    {
        var at = 0;
        for (var i = 0; i < template.Pieces.Count; i++)
        {
            if (template.Pieces[i].Place is not { } place)
            {
                var fixedText = template.Pieces[i].Text;
                if (string.CompareOrdinal(text, at, fixedText, 0, fixedText.Length) != 0)
                {
                    return false;
                }

                at += fixedText.Length;
                continue;
            }

            var next = i + 1 < template.Pieces.Count ? template.Pieces[i + 1].Text : "";
            var end = next.Length == 0 ? text.Length : text.IndexOf(next, at, StringComparison.Ordinal);
            if (end < 0)
            {
                return false;
            }

            _found[(place.Kind, place.Argument)] = decode(text[at..end]);
            at = end;
        }

        return at == text.Length;
    }

    private static Dictionary<string, string> Form(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            fields[Decode(parts[0])] = parts.Length > 1 ? Decode(parts[1]) : "";
        }

        return fields;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
