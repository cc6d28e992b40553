using System.Text.Json.Nodes;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Records as the audit keeps them: JSON, without internal ids and without the time of the change, which the entry has. Two records with the same
/// image do not differ. A key's hash is never part of it.
/// </summary>
internal static class AuditImage
{
    public static string Of(Sku sku) => StorageJson.Write(new
    {
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
        sku.Inputs,
        sku.MinRemainingDays,
        sku.LowStockAt,
        sku.HoldMinutes,
        sku.AfterSales,
        sku.OnShelf,
        sku.SyncedShelf,
        sku.Routes,
        sku.Supply,
        sku.Components,
    });

    /// <summary>What storefronts see of it: two SKUs with the same do not differ to them.</summary>
    public static string ShownOf(Sku sku) => StorageJson.Write(new
    {
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
        sku.Inputs,
        sku.Components,
        sku.OnShelf,
    });

    public static string Of(Storefront storefront) => StorageJson.Write(new
    {
        storefront.Code,
        storefront.Name,
        storefront.Settlement,
        storefront.CreditLimit,
        storefront.RatePerSecond,
        storefront.StockDisplay,
        storefront.HoldAbove,
        storefront.LowBalance,
        storefront.Active,
    });

    /// <param name="settings">With their secrets masked.</param>
    /// <param name="changedSecrets">Those that this change replaced; the masks do not show it.</param>
    public static string Of(Supplier supplier, string? settings, IReadOnlyList<string> changedSecrets, string? reason) => StorageJson.Write(new
    {
        supplier.Code,
        supplier.Name,
        supplier.Supplies,
        supplier.Active,
        supplier.Adapter,
        Settings = settings is null ? null : JsonNode.Parse(settings),
        ChangedSecrets = changedSecrets.Count == 0 ? null : changedSecrets,
        supplier.Paused,
        supplier.LowBalance,
        Reason = reason,
    });

    public static string Of(ApiKey key) => StorageJson.Write(new
    {
        Owner = key.Owner.ToString(),
        Scopes = KeyTexts.Of(key.Scopes),
        key.Mode,
        AllowedIps = key.AllowedIps.Select(network => network.ToString()),
        key.ExpiresAt,
        key.RevokedAt,
    });

    public static string Of(RecordedDeposit deposit) => StorageJson.Write(new
    {
        deposit.Amount,
        deposit.Currency,
        deposit.Reference,
        deposit.Balance,
        deposit.Held,
    });
}
