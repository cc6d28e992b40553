using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Route = Fulfilment.Core.Catalogue.Route;

namespace Fulfilment.Host.Api.Admin;

/// <summary>
/// A change of a SKU: JSON merge patch, so a field that is left out stays and null clears. The setters write down which fields were given;
/// nothing reads them back.
/// </summary>
internal class SkuChanges
{
    private readonly SkuFields _fields = new();

    /// <summary>What was given. A method, because a property of this name would be a field of the request.</summary>
    public SkuFields Read() => _fields;

    public string Code { set => _fields.Code = value; }

    public string Name { set => _fields.Name = value; }

    public SkuKind Kind { set => _fields.Kind = value; }

    public string? Brand { set => _fields.Brand = value; }

    public string? Category { set => _fields.Category = value; }

    public string? Duration { set => _fields.Duration = value; }

    public string? Description { set => _fields.Description = value; }

    public string? Instructions { set => _fields.Instructions = value; }

    public string? RedeemUrl { set => _fields.RedeemUrl = value; }

    public string? ImageUrl { set => _fields.ImageUrl = value; }

    public string Currency { set => _fields.Currency = value; }

    public Money Price { set => _fields.Price = value; }

    public Money? FaceValue { set => _fields.FaceValue = value; }

    public int MinPerOrder { set => _fields.MinPerOrder = value; }

    public int MaxPerOrder { set => _fields.MaxPerOrder = value; }

    public RecipientMode RecipientMode { set => _fields.RecipientMode = value; }

    public string? RecipientPattern { set => _fields.RecipientPattern = value; }

    // The serializer passes over a list that has no getter.
    public IReadOnlyList<SkuInputBody> Inputs { get => []; set => _fields.Inputs = new([.. value.Select(SkuInputBody.Read)]); }

    public int MinRemainingDays { set => _fields.MinRemainingDays = value; }

    public int? LowStockAt { set => _fields.LowStockAt = value; }

    public int HoldMinutes { set => _fields.HoldMinutes = value; }

    // The serializer passes over an object that has no getter.
    public AfterSalesChanges? AfterSales { get => null; set => _fields.AfterSales = value?.Read(); }

    public bool OnShelf { set => _fields.OnShelf = value; }

    public IReadOnlyList<RouteBody> Routes { get => []; set => _fields.Routes = new([.. value.Select(RouteBody.Read)]); }

    public SupplyChanges? Supply { get => null; set => _fields.Supply = value?.Read(); }

    public IReadOnlyList<ComponentBody> Components { get => []; set => _fields.Components = new([.. value.Select(ComponentBody.Read)]); }
}

/// <summary>A new SKU.</summary>
internal sealed class NewSku : SkuChanges
{
    [JsonRequired]
    public new string Code { set => base.Code = value; }

    [JsonRequired]
    public new string Name { set => base.Name = value; }

    [JsonRequired]
    public new string Currency { set => base.Currency = value; }

    [JsonRequired]
    public new Money Price { set => base.Price = value; }
}

/// <summary>A field that order lines fill in under <c>inputs</c>.</summary>
internal sealed record SkuInputBody(string Name, bool Required = false, string? Pattern = null)
{
    public static SkuInputBody Of(SkuInput input) => new(input.Name, input.Required, input.Pattern);

    // JSON may hold null in a list; the rules refuse it with its place.
    public static SkuInput Read(SkuInputBody? body) => body is null ? null! : new(body.Name, body.Required, body.Pattern);
}

/// <summary>Where units come from.</summary>
internal sealed record RouteBody(RouteSource Source, string? Supplier = null, string? SupplierSku = null, Money? UnitCost = null)
{
    public static RouteBody Of(Route route) => new(route.Source, route.Supplier, route.SupplierSku, route.UnitCost);

    public static Route Read(RouteBody? body) => body is null ? null! : new(body.Source, body.Supplier, body.SupplierSku, body.UnitCost);
}

/// <summary>What a bundle consists of.</summary>
internal sealed record ComponentBody(string Sku, int Quantity = 1)
{
    public static ComponentBody Of(BundleComponent component) => new(component.Sku, component.Quantity);

    public static BundleComponent Read(ComponentBody? body) => body is null ? null! : new(body.Sku, body.Quantity);
}

/// <summary>A change of how a SKU's routes are chosen, read as <see cref="SkuChanges"/> is.</summary>
internal sealed class SupplyChanges
{
    private readonly SupplyPolicyFields _fields = new();

    public SupplyPolicyFields Read() => _fields;

    public RouteOrder Order { set => _fields.Order = value; }

    public bool AllowLoss { set => _fields.AllowLoss = value; }

    public int WaitMinutes { set => _fields.WaitMinutes = value; }

    public bool ApproveManual { set => _fields.ApproveManual = value; }
}

/// <summary>A change of a SKU's after-sales policy, read as <see cref="SkuChanges"/> is.</summary>
internal sealed class AfterSalesChanges
{
    private readonly AfterSalesPolicyFields _fields = new();

    public AfterSalesPolicyFields Read() => _fields;

    public int AutomaticPerDay { set => _fields.AutomaticPerDay = value; }

    public bool OnlyUnrevealed { set => _fields.OnlyUnrevealed = value; }

    public int? CoolingOffDays { set => _fields.CoolingOffDays = value; }
}

/// <summary>A SKU as operators see it.</summary>
internal sealed record AdminSku(
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
    int MinRemainingDays,
    int? LowStockAt,
    int HoldMinutes,
    AfterSalesPolicy AfterSales,
    bool OnShelf,
    IReadOnlyList<RouteBody> Routes,
    SupplyPolicy Supply,
    IReadOnlyList<ComponentBody> Components,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static AdminSku Of(Sku sku) => new(
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
        sku.MinRemainingDays,
        sku.LowStockAt,
        sku.HoldMinutes,
        sku.AfterSales,
        sku.OnShelf,
        [.. sku.Routes.Select(RouteBody.Of)],
        sku.Supply,
        [.. sku.Components.Select(ComponentBody.Of)],
        IdGenerator.TimeOf(sku.Id),
        sku.UpdatedAt);
}
