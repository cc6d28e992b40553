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
    public static async Task<Results<NewOrder, OpenOrder, KnownOrder, ProblemResult>> PlaceAsync(
        JsonBody<OrderRequest> body, Caller caller, HttpContext http, PlaceSandboxOrder place, ISandboxStore store, SandboxPresenter presenter, TimeProvider time)
    {
        var withCodes = false;
        if ((OrdersApi.Storefront(caller, out var storefront) ?? OrdersApi.Include(http, caller, out withCodes) ?? body.Refusal) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        switch (await place.HandleAsync(storefront, body.Value))
        {
            case SandboxPlacement.Accepted accepted:
                var shown = await ShowAsync(accepted.Order, withCodes, store, presenter, time);
                if (PlaceSandboxOrder.LosesAnswer(accepted.Order))
                {
                    http.Abort();
                }

                return OrdersApi.New(shown);

            case SandboxPlacement.Stored stored:
                return new KnownOrder(await ShowAsync(stored.Order, withCodes, store, presenter, time));

            case SandboxPlacement.Refused refused:
                return new ProblemResult(refused.Refusal, refused.RetryAfterSeconds);

            case var other:
                throw new InvalidOperationException($"The sandbox answered with {other.GetType().Name}.");
        }
    }

    public static async Task<Results<Ok<OrderView>, ProblemResult>> GetAsync(
        string id, Caller caller, HttpContext http, ISandboxStore store, SandboxPresenter presenter, TimeProvider time)
    {
        var withCodes = false;
        var found = (OrdersApi.Storefront(caller, out var storefront) ?? OrdersApi.Include(http, caller, out withCodes)) is { } refusal
            ? refusal
            : await FindAsync(id, storefront.Id, store, http);
        return found.Refusal is { } missing ? new ProblemResult(missing) : TypedResults.Ok(await ShowAsync(found.Value, withCodes, store, presenter, time));
    }

    public static async Task<Results<Ok<ListAnswer<DeliveredCode>>, ProblemResult>> CodesAsync(
        string id, Caller caller, HttpContext http, ISandboxStore store, SandboxPresenter presenter, TimeProvider time)
    {
        var found = OrdersApi.Storefront(caller, out var storefront) is { } refusal ? refusal : await FindAsync(id, storefront.Id, store, http);
        if (found.Refusal is { } missing)
        {
            return new ProblemResult(missing);
        }

        await RevealAsync(found.Value, store, presenter, time);
        return TypedResults.Ok(new ListAnswer<DeliveredCode>(presenter.Codes(found.Value), null));
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
            ? await SandboxPages.ReadAsync<OrderView>(
                page,
                (before, limit) => store.ListAsync(query with { Before = before, Limit = limit }, http.RequestAborted),
                order => presenter.StatusOf(order) == status ? [(0L, presenter.Show(order, withCodes: false))] : [])
            : ListAnswer<OrderView>.Of(await store.ListAsync(query with { Limit = page.Limit + 1 }, http.RequestAborted), page, order => order.Id, order => presenter.Show(order, withCodes: false)));
    }

    // Noted before the answer goes out: a code counts as shown from the first answer that carried it, whether that arrived or not.
    private static async Task<OrderView> ShowAsync(SandboxOrder order, bool withCodes, ISandboxStore store, SandboxPresenter presenter, TimeProvider time)
    {
        if (withCodes)
        {
            await RevealAsync(order, store, presenter, time);
        }

        return presenter.Show(order, withCodes);
    }

    private static async Task RevealAsync(SandboxOrder order, ISandboxStore store, SandboxPresenter presenter, TimeProvider time)
    {
        if (presenter.Unrevealed(order) is { Count: > 0 } units)
        {
            await store.RevealAsync(order.Id, units, time.GetUtcNow().ToUnixTimeMilliseconds());
        }
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
