using System.Text.RegularExpressions;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads a request: method, path, fields and signature.</summary>
internal sealed partial class RequestReader(Mistakes mistakes, TemplateReader templates, SignatureReader signatures)
{
    private static readonly IReadOnlyList<string> Methods = ["GET", "POST", "PUT"];
    private static readonly HashSet<string> OwnHeaders =
        new(["Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Expect", "Upgrade", "Content-Encoding"], StringComparer.OrdinalIgnoreCase);

    private readonly ValueReader _values = new(mistakes, templates);

    /// <param name="fields">Of the call.</param>
    /// <param name="allowed">Places with a meaning in this call.</param>
    /// <param name="common">The signature of requests that have none of their own.</param>
    public RequestDefinition Read(FieldReader fields, IReadOnlyCollection<PlaceholderKind> allowed, SourceNode? common)
    {
        fields.Required("method", "Write \"method\": \"POST\" or \"GET\", as the supplier's document says.");
        var method = fields.Word("method", Methods) ?? "POST";
        var path = fields.Required("path", "Write the part of the address behind the host's name: \"path\": \"/api/order\".");
        var (form, json) = (fields.Optional("form"), fields.Optional("json"));
        CheckBody(fields, method, form, json);
        var request = new RequestDefinition
        {
            Method = method,
            Path = path is null ? Template.Empty : ReadPath(path, allowed),
            Query = fields.Optional("query") is { } query ? _values.ReadFlat(query, allowed) : [],
            Headers = fields.Optional("headers") is { } headers ? ReadHeaders(headers, allowed) : [],
            Format = json is not null ? BodyFormat.Json : form is not null ? BodyFormat.Form : BodyFormat.None,
            Body = json is not null ? _values.ReadJson(json, allowed) : form is not null ? _values.ReadFlat(form, allowed) : [],
        };
        var own = fields.Optional("signature");
        return WithSignature(fields, request, own ?? common, own is not null);
    }

    private void CheckBody(FieldReader fields, string method, SourceNode? form, SourceNode? json)
    {
        if (form is not null && json is not null)
        {
            mistakes.Add(json, "There is a body as \"form\" and another as \"json\".", "Keep the one that the supplier's document describes.");
        }
        else if (method == "GET" && (form ?? json) is { } body)
        {
            mistakes.Add(body, "A GET has no body.", "Move the fields to \"query\", or write \"method\": \"POST\".");
        }
        else if (method != "GET" && form is null && json is null)
        {
            mistakes.Add(fields.Node, $"A {method} needs a body.", "Write its fields as \"form\": { … } or \"json\": { … }.");
        }
    }

    private Template ReadPath(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed)
    {
        var path = templates.Read(node, [.. allowed.Intersect(Places.OfPaths)]);
        if (path.Source.Contains("://", StringComparison.Ordinal))
        {
            mistakes.Add(node, "This is a whole address.", "Write the host's part as \"baseUrl\" at the top of the file, and here only what follows, from the slash on.");
        }
        else if (!path.Source.StartsWith('/'))
        {
            mistakes.Add(node, "A path begins with a slash.", $"Write \"/{path.Source}\".");
        }
        else if (path.Source.Contains('?', StringComparison.Ordinal))
        {
            mistakes.Add(node, "A path ends before the question mark.", "Move what follows it to \"query\": { … }.");
        }
        else if (path.Pieces.Any(piece => !PathText().IsMatch(piece.Text)) || path.Source.Split('/').Any(segment => segment is "." or ".."))
        {
            mistakes.Add(node, "There are characters in it that an address cannot have.", "Use letters, digits and - . _ ~ / only, and no folder named . or ..");
        }

        return path;
    }

    private IReadOnlyList<NamedValue> ReadHeaders(SourceNode node, IReadOnlyCollection<PlaceholderKind> allowed)
    {
        foreach (var header in node.Properties)
        {
            if (OwnHeaders.Contains(header.Name))
            {
                mistakes.Add(header.Line, header.Path, $"The header {header.Name} is written by itself.", "Take it out; \"form\" or \"json\" decides the content type.");
            }
            else if (!HeaderName().IsMatch(header.Name))
            {
                mistakes.Add(header.Line, header.Path, "This is no name of a header.", "Use letters, digits and hyphens.");
            }
        }

        return _values.ReadFlat(node, allowed);
    }

    private RequestDefinition WithSignature(FieldReader fields, RequestDefinition request, SourceNode? signature, bool isOwn)
    {
        var signed = request.Fields.Where(field => field.Value.Templates.Any(template => template.Uses(PlaceholderKind.Sign))).ToList();
        if (signature is null)
        {
            if (signed.Count > 0)
            {
                mistakes.Add(fields.Node, "{{sign}} stands here, but nothing says how to sign.", "Add \"signature\": { \"algorithm\": …, \"text\": … } at the top of the file.");
            }

            return request;
        }

        if (signed.Count == 0)
        {
            // The common one may not be meant for every call; one of its own certainly is.
            if (isOwn)
            {
                mistakes.Add(signature, "The signature is not sent: {{sign}} stands nowhere.", "Write {{sign}} where the supplier expects it: in \"query\", \"headers\", \"form\" or \"json\".");
            }
            else
            {
                mistakes.Warn(fields.Node, "This request is not signed, though the file has a signature.", "Write {{sign}} where the supplier expects it, unless this call really needs none.");
            }

            return request;
        }

        var read = signatures.Read(signature, Places.OfRequestSignatures);
        var unsigned = request.Query.Concat(request.Body).Except(signed).Select(field => field.Name).ToList();
        CheckNames(signature, read.Text, PlaceholderKind.Field, unsigned);
        CheckNames(signature, read.Text, PlaceholderKind.Header, [.. request.Headers.Except(signed).Select(header => header.Name)]);
        if (request.Format == BodyFormat.None && (read.Text.Uses(PlaceholderKind.Body) || read.Text.Uses(PlaceholderKind.SortedCharacters)))
        {
            mistakes.Warn(fields.Node, "The signature is over the body, but this request has none.", "Give the call a \"signature\" of its own if the supplier signs it differently.");
        }

        return request with { Signature = read };
    }

    private void CheckNames(SourceNode signature, Template text, PlaceholderKind kind, List<string> names)
    {
        foreach (var place in text.Places.Where(place => place.Kind == kind && !names.Contains(place.Argument!, StringComparer.OrdinalIgnoreCase)))
        {
            mistakes.Add(
                signature.Find("text") ?? signature,
                $"{{{{{TemplateReader.NameOf(kind)}.{place.Argument}}}}}: a request that is signed so has nothing of this name.{NearMiss.Suggest(place.Argument!, names)}",
                "Correct the name, or give that request a \"signature\" of its own.");
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9\-._~/!$'()*,;=:@]*\z")]
    private static partial Regex PathText();

    [GeneratedRegex(@"^[A-Za-z0-9\-_.]+\z")]
    private static partial Regex HeaderName();
}
