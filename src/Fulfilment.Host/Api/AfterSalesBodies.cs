using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Admin;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Api;

/// <summary>What is asked for, and for which units.</summary>
internal sealed record NewAfterSales(AfterSalesKind Kind, IReadOnlyList<string?> UnitIds, string Reason)
{
    public AfterSalesRequest Of(long orderId, string? idempotencyKey) => new(orderId, Kind, UnitIds, Reason, idempotencyKey);
}

/// <summary>A case as its storefront sees it.</summary>
internal record AfterSalesView(
    string Id,
    string OrderId,
    AfterSalesKind Kind,
    AfterSalesStatus Status,
    string Reason,
    IReadOnlyList<AfterSalesUnitView> Units,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DecidedAt,
    string? DecisionReason)
{
    /// <summary>Whether it is play: asked for with a test key. Left out of real cases.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Sandbox { get; init; }

    public static AfterSalesView Of(AfterSalesCase shown, ICatalogue catalogue) => new(
        PublicId.Format(PublicId.AfterSales, shown.Id),
        PublicId.Format(PublicId.Order, shown.OrderId),
        shown.Kind,
        shown.Status,
        shown.Reason,
        [.. shown.Units.Select(unit => AfterSalesUnitView.Of(unit, catalogue))],
        shown.CreatedAt,
        shown.DecidedAtMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
        shown.DecisionReason);
}

/// <summary>A unit of a case. <paramref name="RevealedAt"/> is when its code was first shown, <paramref name="Refunded"/> the money that went back.</summary>
internal sealed record AfterSalesUnitView(string UnitId, string? Sku, DateTimeOffset? RevealedAt, string? NewUnitId, Money? Refunded)
{
    public static AfterSalesUnitView Of(AfterSalesUnit unit, ICatalogue catalogue) => new(
        PublicId.Format(PublicId.Unit, unit.UnitId),
        catalogue.Current.FindSku(unit.SkuId)?.Code,
        unit.RevealedAtMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
        unit.NewUnitId is { } id ? PublicId.Format(PublicId.Unit, id) : null,
        unit.Refunded);
}

/// <summary>A case as operators see it: also whose it is, and who did what. Nobody decided one that the rules let through.</summary>
internal sealed record AdminAfterSalesView : AfterSalesView
{
    private AdminAfterSalesView(AfterSalesView shown)
        : base(shown)
    {
    }

    [JsonPropertyOrder(1)]
    public string? Storefront { get; private init; }

    [JsonPropertyOrder(2)]
    public string RequestedBy { get; private init; } = "";

    [JsonPropertyOrder(3)]
    public string? DecidedBy { get; private init; }

    public static new AdminAfterSalesView Of(AfterSalesCase shown, ICatalogue catalogue) => new(AfterSalesView.Of(shown, catalogue))
    {
        Storefront = catalogue.Current.Storefronts.FirstOrDefault(storefront => storefront.Id == shown.StorefrontId)?.Code,
        RequestedBy = shown.RequestedBy,
        DecidedBy = shown.DecidedBy,
    };
}

[JsonSerializable(typeof(NewAfterSales))]
[JsonSerializable(typeof(AfterSalesView))]
[JsonSerializable(typeof(ListAnswer<AfterSalesView>))]
[JsonSerializable(typeof(AdminAfterSalesView))]
[JsonSerializable(typeof(ListAnswer<AdminAfterSalesView>))]
[JsonSerializable(typeof(AfterSalesApproval))]
[JsonSerializable(typeof(AfterSalesRejection))]
[JsonSerializable(typeof(BadCardReport))]
[JsonSerializable(typeof(BadCardView))]
[JsonSerializable(typeof(ListAnswer<BadCardView>))]
internal sealed partial class AfterSalesJson : JsonSerializerContext;
