using System.Text.Json.Serialization;

namespace Fulfilment.Core.Orders;

/// <summary>JSON that is stored: encrypted buyers and inputs, and metadata.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BuyerRequest))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
public sealed partial class OrderJson : JsonSerializerContext;
