using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Orders of every storefront, and the decision on those that are held. Operators see no codes here, and recipients masked.</summary>
internal static class AdminOrders
{
    public static void MapAdminOrders(this RouteGroupBuilder admin)
    {
        admin.MapGet("/orders", ListAsync).WithName("ListAdminOrders").WithSummary("Lists orders of every storefront, newest first; ?status=held those that wait for a decision.");
        admin.MapGet("/orders/{id}", GetAsync).WithName("GetAdminOrder").WithSummary("Shows an order.");
        admin.MapPost("/orders/{id}/release", ReleaseAsync).WithName("ReleaseOrder").WithSummary("Delivers a held order.").Refuses(RefusalCode.NotHeld);
        admin.MapPost("/orders/{id}/reject", RejectAsync).WithName("RejectOrder").WithSummary("Calls a held order off.").Refuses(RefusalCode.NotHeld);
    }

    private static async Task<Results<Ok<ListAnswer<OrderView>>, ProblemResult>> ListAsync(
        ListQuery query, string? status, string? storefront, HttpContext http,
        IOrderOverview orders, OrderPresenter presenter, ICatalogue catalogue, CancellationToken cancellation)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "status", "storefront")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        OrderStatus? inStatus = null;
        if (status is not null)
        {
            if (!EnumNameConverter.TryParse<OrderStatus>(status, out var parsed))
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "status", "Not a status of orders."));
            }

            inStatus = parsed;
        }

        long? ofStorefront = null;
        if (storefront is not null)
        {
            if (catalogue.Current.FindStorefront(storefront) is not { } known)
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "storefront", "There is no storefront of this code."));
            }

            ofStorefront = known.Id;
        }

        var found = await orders.ListAsync(inStatus, ofStorefront, query.Before, query.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<OrderView>.Of(found, query, order => order.Id, order => Show(order, presenter, catalogue)));
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
