using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Api;

/// <summary>A batch as the API shows it.</summary>
internal sealed record BatchView(
    string Id,
    string? Sku,
    BatchStatus Status,
    bool Frozen,
    long Processed,
    long? Total,
    long Accepted,
    long Duplicate,
    long Rejected,
    Money UnitCost,
    string Currency,
    BatchTerms Terms,
    string? Supplier,
    string? PurchaseReference,
    DateOnly? ExpiresOn,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CompletedAt)
{
    public static BatchView Of(Batch batch, ICatalogue catalogue) => new(
        PublicId.Format(PublicId.Batch, batch.Id),
        catalogue.Current.FindSku(batch.Details.SkuId)?.Code,
        batch.Status,
        batch.Frozen,
        batch.Processed,
        batch.Total,
        batch.Accepted,
        batch.Duplicate,
        batch.Rejected,
        batch.Details.UnitCost,
        batch.Details.Currency,
        batch.Details.Terms,
        batch.Details.Supplier,
        batch.Details.PurchaseReference,
        ExpiryDay.ToDate(batch.Details.DefaultExpiresOn),
        batch.CreatedAt,
        batch.CompletedAt);
}

/// <summary>A SKU's card keys by state, in all and per batch.</summary>
internal sealed record StockView(
    string Sku, long Available, long Reserved, long Frozen, long Delivered, long Voided, long Expired, IReadOnlyList<BatchStockView> Batches)
{
    public static StockView Of(string sku, IReadOnlyList<BatchStock> batches) => new(
        sku,
        batches.Sum(batch => batch.Shown.Available),
        batches.Sum(batch => batch.Shown.Reserved),
        batches.Sum(batch => batch.Shown.Frozen),
        batches.Sum(batch => batch.Shown.Delivered),
        batches.Sum(batch => batch.Shown.Voided),
        batches.Sum(batch => batch.Shown.Expired),
        [.. batches.Select(BatchStockView.Of)]);
}

/// <summary>One batch's part of the stock; the six counts add up to <c>accepted</c>.</summary>
internal sealed record BatchStockView(
    string Id,
    BatchStatus Status,
    bool IsFrozen,
    BatchTerms Terms,
    string? Supplier,
    long Accepted,
    long Available,
    long Reserved,
    long Frozen,
    long Delivered,
    long Voided,
    long Expired,
    Money UnitCost,
    string Currency,
    DateOnly? ExpiresOn,
    DateTimeOffset CreatedAt)
{
    public static BatchStockView Of(BatchStock stock) => new(
        PublicId.Format(PublicId.Batch, stock.Batch.Id),
        stock.Batch.Status,
        stock.Batch.Frozen,
        stock.Batch.Details.Terms,
        stock.Batch.Details.Supplier,
        stock.Batch.Accepted,
        stock.Shown.Available,
        stock.Shown.Reserved,
        stock.Shown.Frozen,
        stock.Shown.Delivered,
        stock.Shown.Voided,
        stock.Shown.Expired,
        stock.Batch.Details.UnitCost,
        stock.Batch.Details.Currency,
        ExpiryDay.ToDate(stock.Batch.Details.DefaultExpiresOn),
        stock.Batch.CreatedAt);
}

[JsonSerializable(typeof(BatchView))]
[JsonSerializable(typeof(ListAnswer<BatchView>))]
[JsonSerializable(typeof(GivenReason))]
[JsonSerializable(typeof(ListAnswer<BatchOrderView>))]
[JsonSerializable(typeof(StockView))]
[JsonSerializable(typeof(DryRunView))]
internal sealed partial class InventoryJson : JsonSerializerContext;
