using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fulfilment.Core;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>JSON inside columns: camel case, enums by name, money as a decimal string. People read it in the audit, so Chinese is not escaped.</summary>
internal static class StorageJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new MoneyConverter() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new InvalidDataException("A JSON column holds null.");

    private sealed class MoneyConverter : JsonConverter<Money>
    {
        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Money.TryParse(reader.GetString(), out var money) ? money : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
