using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;

namespace Fulfilment.Host.Api;

/// <summary>What lists of orders can be filtered by, for storefronts and operators.</summary>
internal static class OrderFilters
{
    private static readonly string[] Names = ["limit", "cursor", "clientReference", "status", "sku", "from", "to"];

    public static RouteHandlerBuilder TakesOrderFilters(this RouteHandlerBuilder builder) => builder
        .TakesQuery("clientReference", "The storefront's own order number.")
        .TakesQuery("status", "A status of orders.")
        .TakesQuery("sku", "Orders with a line of this SKU.")
        .TakesQuery("from", "Orders made at this time (RFC 3339) or later.")
        .TakesQuery("to", "Orders made before this time (RFC 3339).");

    /// <summary>Why the filters cannot be used. The query is null too when it could find nothing: a SKU that nobody knows has no orders.</summary>
    public static Refusal? Read(HttpContext http, CatalogueSnapshot catalogue, long? storefrontId, ListQuery page, out OrderQuery? query, params string[] more)
    {
        var values = http.Request.Query;
        query = null;
        var (from, to) = ((DateTimeOffset?)null, (DateTimeOffset?)null);
        if ((page.Refusal ?? QueryNames.Check(values, [.. Names, .. more]) ?? QueryTimes.Read(values, "from", out from) ?? QueryTimes.Read(values, "to", out to)) is { } refusal)
        {
            return refusal;
        }

        OrderStatus? status = null;
        if (values["status"] is [{ } name])
        {
            if (!EnumNameConverter.TryParse<OrderStatus>(name, out var parsed))
            {
                return new Refusal(RefusalCode.InvalidRequest, "status", "Not a status of orders.");
            }

            status = parsed;
        }

        long? sku = null;
        if (values["sku"] is [{ } code])
        {
            if (catalogue.FindSku(code) is not { } known)
            {
                return null;
            }

            sku = known.Id;
        }

        query = new OrderQuery(storefrontId, page.Before, page.Limit)
        {
            ClientReference = values["clientReference"] is [{ } reference] ? reference : null,
            Status = status,
            SkuId = sku,
            From = from,
            To = to,
        };
        return null;
    }
}
