using Fulfilment.Core;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>A row of <c>skus</c>.</summary>
internal sealed class SkuRow
{
    public const string Select = """
        SELECT id, code, name, kind, brand, category, duration, description, instructions, redeem_url AS RedeemUrl, image_url AS ImageUrl,
               currency, price, face_value AS FaceValue, min_per_order AS MinPerOrder, max_per_order AS MaxPerOrder,
               recipient_mode AS RecipientMode, recipient_pattern AS RecipientPattern, inputs, min_remaining_days AS MinRemainingDays, low_stock_at AS LowStockAt,
               hold_minutes AS HoldMinutes, on_shelf AS OnShelf, left_shelf_at AS LeftShelfAt, after_sales AS AfterSales, routes, supply, components,
               updated_at AS UpdatedAt, synced_shelf AS SyncedShelf
        FROM skus
        """;

    public long Id { get; init; }

    public string Code { get; init; } = "";

    public string Name { get; init; } = "";

    public int Kind { get; init; }

    public string? Brand { get; init; }

    public string? Category { get; init; }

    public string? Duration { get; init; }

    public string? Description { get; init; }

    public string? Instructions { get; init; }

    public string? RedeemUrl { get; init; }

    public string? ImageUrl { get; init; }

    public string Currency { get; init; } = "";

    public long Price { get; init; }

    public long? FaceValue { get; init; }

    public int MinPerOrder { get; init; }

    public int MaxPerOrder { get; init; }

    public int RecipientMode { get; init; }

    public string? RecipientPattern { get; init; }

    public string Inputs { get; init; } = "";

    public int MinRemainingDays { get; init; }

    public long? LowStockAt { get; init; }

    public int HoldMinutes { get; init; }

    public bool OnShelf { get; init; }

    public long? LeftShelfAt { get; init; }

    public int SyncedShelf { get; init; }

    public string AfterSales { get; init; } = "";

    public string Routes { get; init; } = "";

    public string Supply { get; init; } = "";

    public string Components { get; init; } = "";

    public long UpdatedAt { get; init; }

    public static SkuRow From(Sku sku) => new()
    {
        Id = sku.Id,
        Code = sku.Code,
        Name = sku.Name,
        Kind = (int)sku.Kind,
        Brand = sku.Brand,
        Category = sku.Category,
        Duration = sku.Duration,
        Description = sku.Description,
        Instructions = sku.Instructions,
        RedeemUrl = sku.RedeemUrl,
        ImageUrl = sku.ImageUrl,
        Currency = sku.Currency,
        Price = sku.Price.TenThousandths,
        FaceValue = sku.FaceValue?.TenThousandths,
        MinPerOrder = sku.MinPerOrder,
        MaxPerOrder = sku.MaxPerOrder,
        RecipientMode = (int)sku.RecipientMode,
        RecipientPattern = sku.RecipientPattern,
        Inputs = StorageJson.Write(sku.Inputs),
        MinRemainingDays = sku.MinRemainingDays,
        LowStockAt = sku.LowStockAt,
        HoldMinutes = sku.HoldMinutes,
        OnShelf = sku.OnShelf,
        LeftShelfAt = sku.LeftShelfAt?.ToUnixTimeMilliseconds(),
        SyncedShelf = (int)sku.SyncedShelf,
        AfterSales = StorageJson.Write(sku.AfterSales),
        Routes = StorageJson.Write(sku.Routes),
        Supply = StorageJson.Write(sku.Supply),
        Components = StorageJson.Write(sku.Components),
        UpdatedAt = sku.UpdatedAt.ToUnixTimeMilliseconds(),
    };

    public Sku ToSku() => new()
    {
        Id = Id,
        Code = Code,
        Name = Name,
        Kind = (SkuKind)Kind,
        Brand = Brand,
        Category = Category,
        Duration = Duration,
        Description = Description,
        Instructions = Instructions,
        RedeemUrl = RedeemUrl,
        ImageUrl = ImageUrl,
        Currency = Currency,
        Price = new Money(Price),
        FaceValue = FaceValue is { } faceValue ? new Money(faceValue) : null,
        MinPerOrder = MinPerOrder,
        MaxPerOrder = MaxPerOrder,
        RecipientMode = (RecipientMode)RecipientMode,
        RecipientPattern = RecipientPattern,
        Inputs = StorageJson.Read<SkuInput[]>(Inputs),
        MinRemainingDays = MinRemainingDays,
        LowStockAt = (int?)LowStockAt,
        HoldMinutes = HoldMinutes,
        OnShelf = OnShelf,
        LeftShelfAt = LeftShelfAt is { } left ? DateTimeOffset.FromUnixTimeMilliseconds(left) : null,
        SyncedShelf = (SyncedShelf)SyncedShelf,
        AfterSales = StorageJson.Read<AfterSalesPolicy>(AfterSales),
        Routes = StorageJson.Read<Route[]>(Routes),
        Supply = StorageJson.Read<SupplyPolicy>(Supply),
        Components = StorageJson.Read<BundleComponent[]>(Components),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt),
    };
}
