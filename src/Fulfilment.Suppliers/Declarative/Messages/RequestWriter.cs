using System.Text;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>Fills the templates of a request, signs it, and writes it so that no value can become anything but a value.</summary>
public static class RequestWriter
{
    /// <summary>The request; null when a value cannot be written where it belongs (a path of dots, half a character).</summary>
    public static WrittenRequest? Write(RequestDefinition request, RequestValues values)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(values);
        try
        {
            if (request.Signature is null)
            {
                return Finish(request, values);
            }

            return Finish(request, values.WithSign(Signer.Sign(request.Signature, Content(request, values), values)));
        }
        catch (UnwritableValueException)
        {
            return null;
        }
    }

    /// <summary>What is signed: everything but the fields in which the signature itself will stand.</summary>
    private static SignedContent Content(RequestDefinition request, RequestValues values)
    {
        var query = FieldWriter.Texts(Unsigned(request.Query), values);
        var body = Unsigned(request.Body).ToList();
        var headers = FieldWriter.Texts(Unsigned(request.Headers), values).ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase);
        return new SignedContent([.. query, .. FieldWriter.Texts(body, values)], headers, WriteBody(request.Format, body, values), request.Method, values.BasePath + WritePath(request.Path, values));
    }

    private static IEnumerable<NamedValue> Unsigned(IEnumerable<NamedValue> fields) =>
        fields.Where(field => !field.Value.Templates.Any(template => template.Uses(PlaceholderKind.Sign)));

    private static WrittenRequest Finish(RequestDefinition request, RequestValues values)
    {
        var query = FieldWriter.Form(request.Query, values);
        return new WrittenRequest
        {
            Method = request.Method,
            PathAndQuery = WritePath(request.Path, values) + (query.Length == 0 ? "" : "?" + query),
            Headers = [.. FieldWriter.Texts(request.Headers, values).Select(header => KeyValuePair.Create(header.Key, HeaderText(header.Value)))],
            ContentType = request.Format switch
            {
                BodyFormat.None => null,
                BodyFormat.Form => "application/x-www-form-urlencoded",
                BodyFormat.Json => "application/json",
            },
            Body = Encoding.UTF8.GetBytes(WriteBody(request.Format, request.Body, values)),
        };
    }

    private static string WriteBody(BodyFormat format, IReadOnlyList<NamedValue> fields, RequestValues values) => format switch
    {
        BodyFormat.None => "",
        BodyFormat.Form => FieldWriter.Form(fields, values),
        BodyFormat.Json => FieldWriter.Json(new ValueTemplate.Nested(fields), values),
    };

    private static string WritePath(Template path, RequestValues values)
    {
        var text = new StringBuilder();
        foreach (var piece in path.Pieces)
        {
            text.Append(piece.Place is null ? piece.Text : Uri.EscapeDataString(FieldWriter.Checked(values.Find(piece.Place) ?? throw new UnwritableValueException())));
        }

        // Dots cannot be escaped: every reader of addresses takes %2E for a dot, and ".." for the folder above.
        var written = text.ToString();
        return written.Split('/').Skip(1).Any(segment => segment is "." or "..") ? throw new UnwritableValueException() : written;
    }

    // A header is one line of printable ASCII; the rest is percent-encoded, and what is there already (a base64 signature) stays as it is.
    private static string HeaderText(string value)
    {
        var text = new StringBuilder();
        foreach (var rune in value.EnumerateRunes())
        {
            var isPlain = rune.Value is >= ' ' and <= '~';
            text.Append(isPlain ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        }

        return text.ToString().Trim(' ');
    }
}
