using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Sandbox;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Sandbox;

/// <summary><c>/v1/orders</c> for a test key: the same requests and answers, on orders that are kept apart.</summary>
internal static class SandboxOrders
{
    // An order's status follows from the time and is in no index, so a filter by it looks at so many orders and then answers with a cursor.
    private const int MostLookedAt = 2_000;

    public static async Task<Results<NewOrder, OpenOrder, KnownOrder, ProblemResult>> PlaceAsync(
        JsonBody<OrderRequest> body, Caller caller, HttpContext http, PlaceSandboxOrder place, SandboxPresenter presenter)
    {
        var withCodes = false;
        if ((OrdersApi.Storefront(caller, out var storefront) ?? OrdersApi.Include(http, caller, out withCodes) ?? body.Refusal) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        switch (await place.HandleAsync(storefront, body.Value))
        {
            case SandboxPlacement.Accepted accepted:
                if (PlaceSandboxOrder.LosesAnswer(accepted.Order))
                {
                    http.Abort();
                }

                return OrdersApi.New(presenter.Show(accepted.Order, withCodes));

            case SandboxPlacement.Stored stored:
                return new KnownOrder(presenter.Show(stored.Order, withCodes));

            case SandboxPlacement.Refused refused:
                return new ProblemResult(refused.Refusal, refused.RetryAfterSeconds);

            case var other:
                throw new InvalidOperationException($"The sandbox answered with {other.GetType().Name}.");
        }
    }

    public static async Task<Results<Ok<OrderView>, ProblemResult>> GetAsync(string id, Caller caller, HttpContext http, ISandboxStore store, SandboxPresenter presenter)
    {
        var withCodes = false;
        var found = (OrdersApi.Storefront(caller, out var storefront) ?? OrdersApi.Include(http, caller, out withCodes)) is { } refusal
            ? refusal
            : await FindAsync(id, storefront.Id, store, http);
        return found.Refusal is { } missing ? new ProblemResult(missing) : TypedResults.Ok(presenter.Show(found.Value, withCodes));
    }

    public static async Task<Results<Ok<ListAnswer<DeliveredCode>>, ProblemResult>> CodesAsync(
        string id, Caller caller, HttpContext http, ISandboxStore store, SandboxPresenter presenter)
    {
        var found = OrdersApi.Storefront(caller, out var storefront) is { } refusal ? refusal : await FindAsync(id, storefront.Id, store, http);
        return found.Refusal is { } missing ? new ProblemResult(missing) : TypedResults.Ok(new ListAnswer<DeliveredCode>(presenter.Codes(found.Value), null));
    }

    public static async Task<Results<Ok<OrderView>, ProblemResult>> CancelAsync(string id, Caller caller, ISandboxStore store, SandboxPresenter presenter, TimeProvider time)
    {
        var orderId = 0L;
        if ((OrdersApi.Storefront(caller, out var storefront) ?? OrdersApi.OrderId(id, out orderId)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var cancellation = await store.CancelAsync(storefront.Id, orderId, time.GetUtcNow().ToUnixTimeMilliseconds(), presenter.IsCancellable);
        return cancellation switch
        {
            null => new ProblemResult(new Refusal(RefusalCode.NotFound)),
            { Cancelled: false } => new ProblemResult(new Refusal(RefusalCode.NotCancellable)),
            { Order: var order } => TypedResults.Ok(presenter.Show(order, withCodes: false)),
        };
    }

    public static async Task<Results<Ok<ListAnswer<OrderView>>, ProblemResult>> ListAsync(
        ListQuery page, Caller caller, HttpContext http, ISandboxStore store, SandboxPresenter presenter)
    {
        OrderQuery? query = null;
        if ((OrdersApi.Storefront(caller, out var storefront) ?? OrderFilters.Read(http, SandboxSkus.Sold, storefront?.Id, page, out query)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (query is null)
        {
            return TypedResults.Ok(new ListAnswer<OrderView>([], null));
        }

        return TypedResults.Ok(query.Status is { } status
            ? await ListAsync(query, status, page, store, presenter, http.RequestAborted)
            : ListAnswer<OrderView>.Of(await store.ListAsync(query with { Limit = page.Limit + 1 }, http.RequestAborted), page, order => order.Id, order => presenter.Show(order, withCodes: false)));
    }

    private static async Task<ListAnswer<OrderView>> ListAsync(
        OrderQuery query, OrderStatus status, ListQuery page, ISandboxStore store, SandboxPresenter presenter, CancellationToken cancellation)
    {
        var found = new List<OrderView>();
        var before = query.Before;
        for (var lookedAt = 0; lookedAt < MostLookedAt;)
        {
            var piece = await store.ListAsync(query with { Before = before, Limit = ListQuery.LargestLimit }, cancellation);
            foreach (var order in piece)
            {
                if (found.Count == page.Limit)
                {
                    return new(found, Cursor.Format(before!.Value));
                }

                before = order.Id;
                if (presenter.StatusOf(order) == status)
                {
                    found.Add(presenter.Show(order, withCodes: false));
                }
            }

            lookedAt += piece.Count;
            if (piece.Count < ListQuery.LargestLimit)
            {
                return new(found, null);
            }
        }

        return new(found, Cursor.Format(before!.Value));
    }

    private static async Task<Result<SandboxOrder>> FindAsync(string id, long storefrontId, ISandboxStore store, HttpContext http)
    {
        if (OrdersApi.OrderId(id, out var orderId) is { } malformed)
        {
            return malformed;
        }

        return await store.FindAsync(storefrontId, orderId, http.RequestAborted) is { } order ? order : new Refusal(RefusalCode.NotFound);
    }
}
