using System.Text.Json;
using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Admin;
using Fulfilment.Host.Api.Callers;

namespace Fulfilment.Host.Api;

/// <summary>A SKU as a storefront sees it. <paramref name="Stock"/> is null for what is not kept in stock.</summary>
internal sealed record SkuView(
    string Code,
    string Name,
    SkuKind Kind,
    string? Brand,
    string? Category,
    string? Duration,
    string? Description,
    string? Instructions,
    string? RedeemUrl,
    string? ImageUrl,
    string Currency,
    Money Price,
    Money? FaceValue,
    int MinPerOrder,
    int MaxPerOrder,
    RecipientMode RecipientMode,
    string? RecipientPattern,
    IReadOnlyList<SkuInputBody> Inputs,
    IReadOnlyList<ComponentBody> Components,
    ShownStock? Stock,
    bool OnShelf,
    DateTimeOffset UpdatedAt)
{
    public static SkuView Of(Sku sku, CatalogueSnapshot catalogue, IReadOnlyDictionary<long, long> available, Caller caller) => new(
        sku.Code,
        sku.Name,
        sku.Kind,
        sku.Brand,
        sku.Category,
        sku.Duration,
        sku.Description,
        sku.Instructions,
        sku.RedeemUrl,
        sku.ImageUrl,
        sku.Currency,
        sku.Price,
        sku.FaceValue,
        sku.MinPerOrder,
        sku.MaxPerOrder,
        sku.RecipientMode,
        sku.RecipientPattern,
        [.. sku.Inputs.Select(SkuInputBody.Of)],
        [.. sku.Components.Select(ComponentBody.Of)],
        ShownStock.Of(sku, catalogue, available, caller.Storefront?.StockDisplay ?? StockDisplay.Exact),
        sku.OnShelf,
        sku.UpdatedAt);
}

/// <summary>Stock as a storefront may see it: a number, or one of <c>in low out</c>.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct ShownStock(long Available, StockDisplay Display)
{
    private const int Low = 20;

    public static ShownStock? Of(Sku sku, CatalogueSnapshot catalogue, IReadOnlyDictionary<long, long> available, StockDisplay display) =>
        (sku.Kind == SkuKind.Bundle ? OfBundle(sku, catalogue, available) : OfPool(sku, available)) is { } count ? new ShownStock(count, display) : null;

    private static long? OfPool(Sku sku, IReadOnlyDictionary<long, long> available) =>
        sku.Routes.Any(route => route.Source == RouteSource.Pool) ? available.GetValueOrDefault(sku.Id) : null;

    // So many bundles as the scarcest of those components suffices for that nothing but the pool can give.
    private static long? OfBundle(Sku bundle, CatalogueSnapshot catalogue, IReadOnlyDictionary<long, long> available) => bundle.Components
        .Select(component => (component.Quantity, Sku: catalogue.FindSku(component.Sku)!))
        .Where(component => !SupplyRoutes.HasOtherThanPool(component.Sku))
        .Min(component => OfPool(component.Sku, available) / component.Quantity);

    internal sealed class Converter : JsonConverter<ShownStock>
    {
        public override ShownStock Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, ShownStock value, JsonSerializerOptions options)
        {
            switch (value.Display)
            {
                case StockDisplay.Exact:
                    writer.WriteNumberValue(value.Available);
                    break;
                case StockDisplay.Level:
                    writer.WriteStringValue(value.Available switch { <= 0 => "out", < Low => "low", _ => "in" });
                    break;
            }
        }
    }
}
