using System.Text;
using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>A message as it came: what its fields are, and what of it is signed. No record, so that no log prints it.</summary>
public sealed class ReceivedMessage
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReceivedMessage(JsonElement root, SignedContent content, string? sign) => (Root, Content, Sign) = (root, content, sign);

    /// <summary>Its fields as JSON; those of a form are texts.</summary>
    public JsonElement Root { get; }

    /// <summary>What is signed: everything but the signature.</summary>
    public SignedContent Content { get; }

    /// <summary>The signature; null: there is none.</summary>
    public string? Sign { get; }

    /// <summary>The message; null when it cannot be read in exactly one way.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="format">Of the body.</param>
    /// <param name="withQuery">Whether what is behind the question mark are fields of it too.</param>
    /// <param name="sign">Where the signature stands, if there is one.</param>
    /// <param name="path">Of the address, where signatures cover it.</param>
    public static ReceivedMessage? Read(CallbackRequest request, BodyFormat format, bool withQuery, SignaturePlace? sign, string path = "")
    {
        ArgumentNullException.ThrowIfNull(request);
        var query = withQuery ? FormText.Parse(request.QueryString.TrimStart('?')) : [];
        if (query is null || Decode(request.Body) is not { } body)
        {
            return null;
        }

        var root = format switch
        {
            BodyFormat.None => AsJson([]),
            BodyFormat.Form => FormText.Parse(body) is { } form ? AsJson(form) : null,
            BodyFormat.Json => StrictJson.Parse(body),
        };
        if (root is not { ValueKind: JsonValueKind.Object } fields)
        {
            return null;
        }

        var all = query.Concat(fields.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, TextOf(field.Value)!)).Where(field => field.Value is not null)).ToList();
        if (all.DistinctBy(field => field.Key).Count() != all.Count)
        {
            return null;
        }

        var fieldName = sign is { InHeader: false } ? sign.Name : null;
        var content = new SignedContent(
            [.. all.Where(field => field.Key != fieldName)],
            request.Headers,
            fieldName is null ? body : WithoutField(format, body, fieldName),
            request.Method,
            path);
        var signature = sign switch
        {
            null => null,
            { InHeader: true } => request.Headers.GetValueOrDefault(sign.Name),
            _ => all.FirstOrDefault(field => field.Key == sign.Name).Value,
        };
        return new ReceivedMessage(query.Count > 0 ? AsJson(query, fields) : fields, content, signature);
    }

    /// <summary>Whether its signature is right. The time this takes does not tell how much of it is.</summary>
    public bool IsSignedBy(SignedAnswer signed, ITemplateValues secrets)
    {
        ArgumentNullException.ThrowIfNull(signed);
        return Sign is not null && Signer.AreSame(signed.Signature.Writing, Signer.Sign(signed.Signature, Content, secrets), Sign);
    }

    private static string? Decode(byte[] body)
    {
        try
        {
            return Utf8.GetString(body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? body.AsSpan(Encoding.UTF8.Preamble.Length) : body);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static JsonElement AsJson(IReadOnlyList<KeyValuePair<string, string>> texts, JsonElement? others = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var field in texts)
            {
                writer.WriteString(field.Key, field.Value);
            }

            foreach (var field in others?.EnumerateObject() ?? [])
            {
                field.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(stream.ToArray());
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StrictJson.Text(value),
        JsonValueKind.Null => null,
        _ => value.GetRawText(),
    };

    private static string WithoutField(BodyFormat format, string body, string name) => format switch
    {
        BodyFormat.None => "",
        BodyFormat.Form => FormText.Without(body, name),
        BodyFormat.Json => WithoutProperty(body, name),
    };

    // The text as the supplier wrote it, without one field and the comma that belongs to it.
    private static string WithoutProperty(string json, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes);
        reader.Read();
        var previousEnd = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (isIt)
            {
                var isFirst = bytes.AsSpan(previousEnd, start - previousEnd).IndexOf((byte)',') < 0;
                var comma = isFirst ? bytes.AsSpan(end).IndexOfAnyExcept(" \t\r\n"u8) : -1;
                var isLast = comma < 0 || bytes[end + comma] != (byte)',';
                return Encoding.UTF8.GetString([.. bytes.AsSpan(0, isFirst ? start : previousEnd), .. bytes.AsSpan(isFirst && !isLast ? end + comma + 1 : end)]);
            }

            previousEnd = end;
        }

        return json;
    }
}
