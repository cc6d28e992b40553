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
    ShownStock? Stock,
    bool OnShelf,
    DateTimeOffset UpdatedAt)
{
    public static SkuView Of(Sku sku, IReadOnlyDictionary<long, long> available, Caller caller) => new(
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
        ShownStock.Of(sku, available, caller.Storefront?.StockDisplay ?? StockDisplay.Exact),
        sku.OnShelf,
        sku.UpdatedAt);
}

/// <summary>Stock as a storefront may see it: a number, or one of <c>in low out</c>.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct ShownStock(long Available, StockDisplay Display)
{
    private const int Low = 20;

    public static ShownStock? Of(Sku sku, IReadOnlyDictionary<long, long> available, StockDisplay display) =>
        sku.Routes.Any(route => route.Source == RouteSource.Pool) ? new ShownStock(available.GetValueOrDefault(sku.Id), display) : null;

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
