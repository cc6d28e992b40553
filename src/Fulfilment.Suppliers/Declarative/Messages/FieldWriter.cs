using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>Writes fields as a form, as JSON, and as the plain texts that are signed.</summary>
internal static class FieldWriter
{
    // Letters of every script as they are: a supplier that signs "the body" often sorts or hashes what it has parsed and written again.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Name and text of every field that has a value; what is not a text in JSON is its JSON.</summary>
    public static List<KeyValuePair<string, string>> Texts(IEnumerable<NamedValue> fields, ITemplateValues values) =>
        [.. fields.Select(field => KeyValuePair.Create(field.Name, TextOf(field.Value, values)!)).Where(field => field.Value is not null)];

    /// <summary><c>a=1&amp;b=2</c>, percent-encoded.</summary>
    public static string Form(IEnumerable<NamedValue> fields, ITemplateValues values) =>
        string.Join('&', Texts(fields, values).Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}"));

    /// <summary>The value as JSON without white space.</summary>
    public static string Json(ValueTemplate value, ITemplateValues values)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Compact))
        {
            Write(writer, value, values);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>The text, if it has a UTF-8 form: what is sent must be what was signed.</summary>
    public static string Checked(string text) => WellFormedText.Is(text) ? text : throw new UnwritableValueException();

    private static string? TextOf(ValueTemplate value, ITemplateValues values) => value switch
    {
        ValueTemplate.Text text => text.Template.Fill(values) is { } filled ? Checked(filled) : null,
        ValueTemplate.Literal { Json: "null" } => null,
        ValueTemplate.Literal literal => literal.Json,
        ValueTemplate.JsonText json => Json(json.Content, values),
        _ => Json(value, values),
    };

    private static void Write(Utf8JsonWriter writer, ValueTemplate value, ITemplateValues values)
    {
        switch (value)
        {
            case ValueTemplate.Text { Template.Only.IsNumber: true } text:
                writer.WriteRawValue(text.Template.Fill(values) ?? "null");
                break;
            case ValueTemplate.Literal literal:
                writer.WriteRawValue(literal.Json);
                break;
            case ValueTemplate.Nested nested:
                writer.WriteStartObject();
                foreach (var field in nested.Fields.Where(field => !IsAbsent(field.Value, values)))
                {
                    writer.WritePropertyName(field.Name);
                    Write(writer, field.Value, values);
                }

                writer.WriteEndObject();
                break;
            case ValueTemplate.Items items:
                writer.WriteStartArray();
                foreach (var item in items.Values.Where(item => !IsAbsent(item, values)))
                {
                    Write(writer, item, values);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(TextOf(value, values));
                break;
        }
    }

    private static bool IsAbsent(ValueTemplate value, ITemplateValues values) => value is ValueTemplate.Text text && text.Template.Fill(values) is null;
}

/// <summary>A value has no form where it belongs. Says nothing of the value.</summary>
internal sealed class UnwritableValueException : Exception;
