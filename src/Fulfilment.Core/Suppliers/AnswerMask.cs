using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fulfilment.Core.Suppliers;

/// <summary>
/// Shows a supplier's raw answer to people: the fields it names as harmless as they are, everything else by its length alone. What is neither JSON nor a form is
/// shown by its length as a whole.
/// </summary>
public static class AnswerMask
{
    private const int LongestShown = 64;
    private const int LongestName = 40;
    private const int Deepest = 32;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The answer as text.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="harmless">See <see cref="ISupplier.HarmlessFields"/>.</param>
    public static string Mask(ReadOnlySpan<byte> body, IReadOnlySet<string> harmless)
    {
        ArgumentNullException.ThrowIfNull(harmless);
        try
        {
            return Json(body, harmless) ?? Form(body, harmless) ?? Length(body.Length, "bytes");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return Form(body, harmless) ?? Length(body.Length, "bytes");
        }
    }

    private static string? Json(ReadOnlySpan<byte> body, IReadOnlySet<string> harmless)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Deepest });
        using var document = JsonDocument.ParseValue(ref reader);
        if (reader.BytesConsumed < body.Length && body[(int)reader.BytesConsumed..].Trim(" \r\n\t"u8).Length > 0)
        {
            return null;
        }

        var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written, Writing))
        {
            Write(json, document.RootElement, "", harmless);
        }

        return Encoding.UTF8.GetString(written.GetBuffer().AsSpan(0, (int)written.Length));
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, string path, IReadOnlySet<string> harmless)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(Name(member.Name));
                    Write(json, member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", harmless);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item, path, harmless);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.Null:
                json.WriteNullValue();
                break;
            default:
                Leaf(json, value, harmless.Contains(path));
                break;
        }
    }

    // A number can be a recipient or a code, and even true tells more than nobody has said is harmless.
    private static void Leaf(Utf8JsonWriter json, JsonElement value, bool shown)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (!shown || text.Length > LongestShown)
        {
            json.WriteStringValue(Length(text.Length, "characters"));
        }
        else
        {
            value.WriteTo(json);
        }
    }

    private static string? Form(ReadOnlySpan<byte> body, IReadOnlySet<string> harmless)
    {
        if (body.IsEmpty || body.ContainsAnyExceptInRange((byte)'!', (byte)'~') || body.IndexOf((byte)'=') <= 0)
        {
            return null;
        }

        var shown = Encoding.ASCII.GetString(body).Split('&').Select(pair =>
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = at < 0 ? (pair, "") : (pair[..at], pair[(at + 1)..]);
            return $"{Name(name)}={(harmless.Contains(name) && value.Length <= LongestShown ? value : Length(value.Length, "characters"))}";
        });
        return string.Join('&', shown);
    }

    // A name is the supplier's word and no value; one with digits in it might be, where a list is keyed by card numbers.
    private static string Name(string name) =>
        name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetter(c) || c is '_' or '-') ? name : Length(name.Length, "characters");

    private static string Length(int length, string unit) => string.Create(CultureInfo.InvariantCulture, $"({length} {unit})");
}
