using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Fulfilment.Host.Api.Sandbox;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Fulfilment.Host.Api;

/// <summary>A storefront's replacements and refunds; API.md, Orders.</summary>
internal static class AfterSalesApi
{
    /// <summary>What a request may be refused with, beside what every call may.</summary>
    public static readonly RefusalCode[] OfRequest =
        [RefusalCode.UnknownUnit, RefusalCode.AlreadyInCase, RefusalCode.NotEligible, RefusalCode.OutOfStock, RefusalCode.IdempotencyMismatch];

    internal static readonly Refusal NotFound = new(RefusalCode.NotFound);
    internal static readonly Refusal StorefrontsOnly = new(RefusalCode.Forbidden, Detail: "This needs a storefront's key; operators use /v1/admin.");

    public static void MapAfterSales(this WebApplication app)
    {
        ApiJson.Use(AfterSalesJson.Default);
        var afterSales = app.MapGroup("/v1").RequireScope(Scopes.AfterSales).WithTags("After-sales");
        afterSales.MapPost("/orders/{id}/after-sales", RequestAsync).InSandbox(SandboxAfterSales.RequestAsync).WithName("RequestAfterSales").WithSummary("Asks for other codes, or the money, for delivered units; once for each Idempotency-Key.").Refuses(OfRequest);
        afterSales.MapGet("/after-sales", ListAsync).InSandbox(SandboxAfterSales.ListAsync).WithName("ListAfterSales").WithSummary("Lists the storefront's cases, newest first.")
            .TakesQuery("status", "A status of cases.")
            .TakesQuery("orderId", "The cases of this order.");
        afterSales.MapGet("/after-sales/{id}", GetAsync).InSandbox(SandboxAfterSales.GetAsync).WithName("GetAfterSales").WithSummary("Shows a case.");
    }

    private static async Task<Results<Created<AfterSalesView>, Accepted<AfterSalesView>, Ok<AfterSalesView>, ProblemResult>> RequestAsync(
        string id, JsonBody<NewAfterSales> body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, Caller caller, RequestAfterSales request, ICatalogue catalogue)
    {
        if (caller.Storefront is not { } storefront)
        {
            return new ProblemResult(StorefrontsOnly);
        }

        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Order, id, out var orderId))
        {
            return new ProblemResult(NotFound);
        }

        var requested = await request.HandleAsync(body.Value.Of(orderId, idempotencyKey), storefront.Id, caller.Actor);
        if (requested.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        return Answer(AfterSalesView.Of(requested.Value.Case, catalogue), requested.Value.IsRepeat);
    }

    internal static Results<Created<AfterSalesView>, Accepted<AfterSalesView>, Ok<AfterSalesView>, ProblemResult> Answer(AfterSalesView view, bool isRepeat) =>
        isRepeat ? TypedResults.Ok(view)
        : view.Status == AfterSalesStatus.PendingApproval ? TypedResults.Accepted(At(view), view)
        : TypedResults.Created(At(view), view);

    /// <summary>Reads the filters of a storefront's list, or tells why they cannot be used.</summary>
    internal static Refusal? Read(HttpContext http, ListQuery page, ref AfterSalesQuery query) =>
        page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "status", "orderId") ?? Status(http, ref query) ?? Order(http, ref query);

    private static async Task<Results<Ok<AfterSalesView>, ProblemResult>> GetAsync(
        string id, Caller caller, IAfterSalesStore store, ICatalogue catalogue, CancellationToken cancellation)
    {
        if (caller.Storefront is not { } storefront)
        {
            return new ProblemResult(StorefrontsOnly);
        }

        return PublicId.TryParse(PublicId.AfterSales, id, out var caseId) && await store.FindAsync(caseId, cancellation) is { } found && found.StorefrontId == storefront.Id
            ? TypedResults.Ok(AfterSalesView.Of(found, catalogue))
            : new ProblemResult(NotFound);
    }

    private static async Task<Results<Ok<ListAnswer<AfterSalesView>>, ProblemResult>> ListAsync(
        ListQuery page, Caller caller, HttpContext http, IAfterSalesStore store, ICatalogue catalogue, CancellationToken cancellation)
    {
        if (caller.Storefront is not { } storefront)
        {
            return new ProblemResult(StorefrontsOnly);
        }

        var query = new AfterSalesQuery(page.Before, page.Limit + 1) { StorefrontId = storefront.Id };
        if (Read(http, page, ref query) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await store.ListAsync(query, cancellation);
        return TypedResults.Ok(ListAnswer<AfterSalesView>.Of(found, page, item => item.Id, item => AfterSalesView.Of(item, catalogue)));
    }

    /// <summary>Reads the filter <c>status</c>.</summary>
    public static Refusal? Status(HttpContext http, ref AfterSalesQuery query)
    {
        if (http.Request.Query["status"] is not [{ } name])
        {
            return null;
        }

        if (!EnumNameConverter.TryParse<AfterSalesStatus>(name, out var status))
        {
            return new Refusal(RefusalCode.InvalidRequest, "status", "Not a status of after-sales cases.");
        }

        query = query with { Status = status };
        return null;
    }

    // An id that is none is of no order, and so is another storefront's: the list is empty.
    private static Refusal? Order(HttpContext http, ref AfterSalesQuery query)
    {
        if (http.Request.Query["orderId"] is [{ } text])
        {
            query = query with { OrderId = PublicId.TryParse(PublicId.Order, text, out var orderId) ? orderId : 0 };
        }

        return null;
    }

    private static string At(AfterSalesView view) => $"/v1/after-sales/{view.Id}";
}
