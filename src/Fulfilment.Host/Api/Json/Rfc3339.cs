using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fulfilment.Host.Api.Json;

/// <summary>Times as the API reads and writes them: RFC 3339, with a zone. Without one "12:00" would mean something else in every office.</summary>
internal static class Rfc3339
{
    public const string Expected = "A time with its zone, as in 2026-11-30T08:00:00Z.";

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        var zoned = text is { Length: >= 20 } && (text[^1] is 'Z' || text[^6] is '+' or '-');
        return zoned && DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    /// <summary>In UTC, to the millisecond, which is what is stored.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    internal sealed class Converter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType is JsonTokenType.String && TryParse(reader.GetString(), out var time) ? time : throw new JsonException(Expected);

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));
    }
}
