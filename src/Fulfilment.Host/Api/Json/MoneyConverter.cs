using System.Text.Json;
using System.Text.Json.Serialization;
using Fulfilment.Core;

namespace Fulfilment.Host.Api.Json;

/// <summary>Money as a decimal string of at most four places: <c>"12.50"</c>. A JSON number is refused: many clients would have made it a float before.</summary>
internal sealed class MoneyConverter : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && Money.TryParse(reader.GetString(), out var money) && money <= Money.Largest
            ? money
            : throw new JsonException("A decimal string with at most four places and no sign, up to 100000000: \"12.50\".");

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
