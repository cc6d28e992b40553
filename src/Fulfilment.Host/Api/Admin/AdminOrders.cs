using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Orders of every storefront, and the decision on those that are held. Operators see no codes here, and recipients masked.</summary>
internal static class AdminOrders
{
    public static void MapAdminOrders(this RouteGroupBuilder admin)
    {
        admin.MapGet("/orders", ListAsync).WithName("ListAdminOrders").WithSummary("Lists orders of every storefront, newest first; ?status=held those that wait for a decision.")
            .TakesQuery("storefront", "Orders of this storefront.")
            .TakesOrderFilters();
        admin.MapGet("/orders/{id}", GetAsync).WithName("GetAdminOrder").WithSummary("Shows an order.");
        admin.MapPost("/orders/{id}/release", ReleaseAsync).WithName("ReleaseOrder").WithSummary("Delivers a held order.").Refuses(RefusalCode.NotHeld, RefusalCode.BatchNotSellable);
        admin.MapPost("/orders/{id}/reject", RejectAsync).WithName("RejectOrder").WithSummary("Calls a held order off.").Refuses(RefusalCode.NotHeld);
    }

    private static async Task<Results<Ok<ListAnswer<OrderView>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, IOrderOverview orders, OrderPresenter presenter, ICatalogue catalogue, CancellationToken cancellation)
    {
        long? ofStorefront = null;
        if (http.Request.Query["storefront"] is [{ } storefront])
        {
            if (catalogue.Current.FindStorefront(storefront) is not { } known)
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "storefront", "There is no storefront of this code."));
            }

            ofStorefront = known.Id;
        }

        if (OrderFilters.Read(http, catalogue.Current, ofStorefront, page, out var query, "storefront") is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (query is { SkuId: not null, StorefrontId: null, ClientReference: null })
        {
            return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "sku", "Name the storefront too: orders are found by SKU within one storefront."));
        }

        var found = query is null ? OrderPage.Empty : await orders.ListAsync(query, cancellation);
        return TypedResults.Ok(ListAnswer<OrderView>.Of(found.Orders, found.GoesOn, order => order.Id, order => Show(order, presenter, catalogue)));
    }

    private static async Task<Results<Ok<OrderView>, ProblemResult>> GetAsync(
        string id, IOrderOverview orders, OrderPresenter presenter, ICatalogue catalogue, CancellationToken cancellation) =>
        await FindAsync(id, orders, cancellation) is { } order ? TypedResults.Ok(Show(order, presenter, catalogue)) : new ProblemResult(new Refusal(RefusalCode.NotFound));

    private static Task<Results<Ok<OrderView>, ProblemResult>> ReleaseAsync(
        string id, Caller caller, SettleHeldOrder held, IOrderOverview orders, OrderPresenter presenter, ICatalogue catalogue) =>
        SettleAsync(id, orderId => held.ReleaseAsync(orderId, caller.Actor), orders, presenter, catalogue);

    private static Task<Results<Ok<OrderView>, ProblemResult>> RejectAsync(
        string id, Caller caller, SettleHeldOrder held, IOrderOverview orders, OrderPresenter presenter, ICatalogue catalogue) =>
        SettleAsync(id, orderId => held.RejectAsync(orderId, caller.Actor), orders, presenter, catalogue);

    // Not bound to the request: what was decided is also answered.
    private static async Task<Results<Ok<OrderView>, ProblemResult>> SettleAsync(
        string id, Func<long, Task<Refusal?>> settle, IOrderOverview orders, OrderPresenter presenter, ICatalogue catalogue)
    {
        if (await FindAsync(id, orders, CancellationToken.None) is not { } order)
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        return await settle(order.Id) is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Ok(Show((await orders.FindAsync(order.Id, CancellationToken.None))!, presenter, catalogue));
    }

    private static async Task<StoredOrder?> FindAsync(string id, IOrderOverview orders, CancellationToken cancellation) =>
        PublicId.TryParse(PublicId.Order, id, out var orderId) ? await orders.FindAsync(orderId, cancellation) : null;

    private static OrderView Show(StoredOrder order, OrderPresenter presenter, ICatalogue catalogue) => presenter.Show(order, withCodes: false) with
    {
        Storefront = catalogue.Current.Storefronts.FirstOrDefault(storefront => storefront.Id == order.StorefrontId)?.Code,
    };
}
