using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Fulfilment.Host.Api.Sandbox;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api;

/// <summary>A storefront's orders; API.md, Orders.</summary>
internal static class OrdersApi
{
    private static readonly RefusalCode[] OfIntake =
    [
        RefusalCode.ReferenceConflict, RefusalCode.UnknownSku, RefusalCode.SkuOffShelf, RefusalCode.QuantityOutOfRange, RefusalCode.RecipientRequired,
        RefusalCode.RecipientNotAllowed, RefusalCode.RecipientInvalid, RefusalCode.InputInvalid, RefusalCode.CurrencyMismatch, RefusalCode.RouteNotAvailable,
        RefusalCode.PriceChanged, RefusalCode.InsufficientBalance, RefusalCode.RiskRejected, RefusalCode.VelocityLimited, RefusalCode.OutOfStock,
    ];

    public static void MapOrders(this WebApplication app)
    {
        ApiJson.Use(OrdersJson.Default);
        var orders = app.MapGroup("/v1/orders").RequireScope(Scopes.Orders).WithTags("Orders");
        orders.MapPost("", PlaceAsync).InSandbox(SandboxOrders.PlaceAsync).WithName("PlaceOrder").WithSummary("Places an order, or answers with the one that has the reference.").Refuses(OfIntake)
            .TakesQuery("include", "codes: shows the codes too; needs scope codes.").TakesHeader("Prefer", "wait=N: waits up to N seconds, at most 30, for the order's end.");
        orders.MapGet("", ListAsync).InSandbox(SandboxOrders.ListAsync).WithName("ListOrders").WithSummary("Lists orders, newest first.")
            .TakesOrderFilters();
        orders.MapGet("/{id}", GetAsync).InSandbox(SandboxOrders.GetAsync).WithName("GetOrder").WithSummary("Shows an order.").Refuses(RefusalCode.InvalidRequest)
            .TakesQuery("include", "codes: shows the codes too; needs scope codes.");
        orders.MapGet("/{id}/codes", CodesAsync).InSandbox(SandboxOrders.CodesAsync).WithName("RevealCodes").WithSummary("Shows the codes of an order; audited.").RequireScope(Scopes.Orders | Scopes.Codes);
        orders.MapPost("/{id}/cancel", CancelAsync).InSandbox(SandboxOrders.CancelAsync).WithName("CancelOrder").WithSummary("Cancels what is not delivered nor submitted.").Refuses(RefusalCode.NotCancellable);
    }

    private static async Task<Results<NewOrder, OpenOrder, KnownOrder, ProblemResult>> PlaceAsync(
        JsonBody<OrderRequest> body, Caller caller, HttpContext http, PlaceOrder place, RevealOrder reveal, OrderPresenter presenter, AwaitOrder wait,
        IHostApplicationLifetime lifetime)
    {
        var withCodes = false;
        if ((Storefront(caller, out var storefront) ?? Include(http, caller, out withCodes) ?? body.Refusal) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        switch (await place.HandleAsync(storefront, body.Value, withCodes))
        {
            case IntakeOutcome.Accepted { Order: var made }:
                if (made.Status != OrderStatus.Processing || !await WaitAsync(http, wait, lifetime, storefront, made.Draft.OrderId))
                {
                    return New(presenter.Show(StoredOrder.From(made), withCodes));
                }

                var waited = await reveal.HandleAsync(storefront.Id, made.Draft.OrderId, withCodes, caller.Actor, CancellationToken.None);
                return New(waited.Value);

            case IntakeOutcome.Stored stored:
                await WaitAsync(http, wait, lifetime, storefront, stored.OrderId);

                // Not bound to the request: a reveal that is on disk is also answered.
                var order = await reveal.HandleAsync(storefront.Id, stored.OrderId, withCodes, caller.Actor, CancellationToken.None);
                return order.Refusal is { } gone ? new ProblemResult(gone) : stored.IsOurs ? New(order.Value) : new KnownOrder(order.Value);

            case IntakeOutcome.Refused refused:
                return new ProblemResult(refused.Refusal);

            case var other:
                throw new InvalidOperationException($"Intake answered with {other.GetType().Name}.");
        }
    }

    // False: nobody asked for it, or too many wait. The order is on disk whatever becomes of the waiting; a host that stops answers with it as it is.
    private static async Task<bool> WaitAsync(HttpContext http, AwaitOrder wait, IHostApplicationLifetime lifetime, Storefront storefront, long orderId)
    {
        var atMost = PreferWait.Read(http.Request);
        if (atMost == TimeSpan.Zero)
        {
            return false;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            if (!await wait.RunAsync(storefront.Id, orderId, atMost, ended.Token))
            {
                return false;
            }
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // The host stops.
        }

        PreferWait.Apply(http.Response, atMost);
        return true;
    }

    private static async Task<Results<Ok<OrderView>, ProblemResult>> GetAsync(string id, Caller caller, HttpContext http, RevealOrder reveal)
    {
        var (withCodes, orderId) = (false, 0L);
        if ((Storefront(caller, out var storefront) ?? Include(http, caller, out withCodes) ?? OrderId(id, out orderId)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var order = await reveal.HandleAsync(storefront.Id, orderId, withCodes, caller.Actor, http.RequestAborted);
        return order.Refusal is { } missing ? new ProblemResult(missing) : TypedResults.Ok(order.Value);
    }

    private static async Task<Results<Ok<ListAnswer<DeliveredCode>>, ProblemResult>> CodesAsync(string id, Caller caller, HttpContext http, RevealOrder reveal)
    {
        var orderId = 0L;
        if ((Storefront(caller, out var storefront) ?? OrderId(id, out orderId)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var codes = await reveal.CodesAsync(storefront.Id, orderId, caller.Actor, http.RequestAborted);
        return codes.Refusal is { } missing ? new ProblemResult(missing) : TypedResults.Ok(new ListAnswer<DeliveredCode>(codes.Value, null));
    }

    private static async Task<Results<Ok<OrderView>, ProblemResult>> CancelAsync(string id, Caller caller, HttpContext http, CancelOrder cancel, RevealOrder reveal)
    {
        var orderId = 0L;
        if ((Storefront(caller, out var storefront) ?? OrderId(id, out orderId)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (await cancel.RunAsync(storefront.Id, orderId) is { } notCancelled)
        {
            return new ProblemResult(notCancelled);
        }

        var order = await reveal.HandleAsync(storefront.Id, orderId, withCodes: false, caller.Actor, http.RequestAborted);
        return order.Refusal is { } missing ? new ProblemResult(missing) : TypedResults.Ok(order.Value);
    }

    private static async Task<Results<Ok<ListAnswer<OrderView>>, ProblemResult>> ListAsync(
        ListQuery page, Caller caller, HttpContext http, IOrderStore orders, OrderPresenter presenter, ICatalogue catalogue)
    {
        OrderQuery? query = null;
        if ((Storefront(caller, out var storefront) ?? OrderFilters.Read(http, catalogue.Current, storefront?.Id, page, out query)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = query is null ? OrderPage.Empty : await orders.ListAsync(query, http.RequestAborted);
        return TypedResults.Ok(ListAnswer<OrderView>.Of(found.Orders, found.GoesOn, order => order.Id, order => presenter.Show(order, withCodes: false)));
    }

    internal static Results<NewOrder, OpenOrder, KnownOrder, ProblemResult> New(OrderView order) =>
        OrderStates.IsOpen(order.Status) ? new OpenOrder(order) : new NewOrder(order);

    // An operator's key may have the scope, but orders belong to storefronts.
    internal static Refusal? Storefront(Caller caller, out Storefront storefront)
    {
        storefront = caller.Storefront!;
        return caller.Storefront is null ? new Refusal(RefusalCode.Forbidden, Detail: "Orders are placed and read with a storefront's key.") : null;
    }

    internal static Refusal? Include(HttpContext http, Caller caller, out bool withCodes)
    {
        withCodes = false;
        if (!http.Request.QueryString.HasValue)
        {
            return null;
        }

        if (QueryNames.Check(http.Request.Query, "include") is { } unknown)
        {
            return unknown;
        }

        if (!http.Request.Query.TryGetValue("include", out var include))
        {
            return null;
        }

        if (include != "codes")
        {
            return new Refusal(RefusalCode.InvalidRequest, "include", "The only thing to include is codes.");
        }

        withCodes = true;
        return caller.Has(Scopes.Codes) ? null : new Refusal(RefusalCode.Forbidden, Detail: "include=codes needs a key with the scope codes.");
    }

    internal static Refusal? OrderId(string id, out long orderId) =>
        PublicId.TryParse(PublicId.Order, id, out orderId) ? null : new Refusal(RefusalCode.NotFound);
}
