using System.Text.Json.Serialization;
using Fulfilment.Host.Api.Json;

namespace Fulfilment.Host.Conformance;

/// <summary>A webhook's body; API.md, Webhooks to storefronts.</summary>
internal sealed record PlayedEvent(string Type, [property: JsonConverter(typeof(Rfc3339.Converter))] DateTimeOffset Timestamp, PlayedEventData Data);

/// <summary>What an event is about.</summary>
internal sealed record PlayedEventData(string OrderId, string ClientReference, string Status, int Version);

/// <summary>What the storefront is told to buy.</summary>
internal sealed record Purchase(string Sku, int Quantity, string Recipient);

/// <summary>What the storefront says it came to.</summary>
internal sealed record PurchaseAnswer(string? ClientReference, string? Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PlayedEvent))]
[JsonSerializable(typeof(Purchase))]
[JsonSerializable(typeof(PurchaseAnswer))]
internal sealed partial class ConformanceJson : JsonSerializerContext;
