using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Fulfilment.Host.Api.Admin;

/// <summary>After-sales of every storefront: what waits for a decision, the decision, and cases that operators open for buyers.</summary>
internal static class AdminAfterSales
{
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    public static void MapAdminAfterSales(this RouteGroupBuilder admin)
    {
        admin.MapPost("/orders/{id}/after-sales", RequestAsync).WithName("OpenAfterSales").WithSummary("Opens a case for a buyer, once for each Idempotency-Key; another operator approves it.")
            .Refuses(RefusalCode.UnknownUnit, RefusalCode.AlreadyInCase, RefusalCode.NotEligible, RefusalCode.IdempotencyMismatch);
        admin.MapGet("/after-sales", ListAsync).WithName("ListAdminAfterSales").WithSummary("Lists cases of every storefront, newest first; ?status=pendingApproval those that wait for a decision.");
        admin.MapGet("/after-sales/{id}", GetAsync).WithName("GetAdminAfterSales").WithSummary("Shows a case.");
        admin.MapPost("/after-sales/{id}/approve", ApproveAsync).WithName("ApproveAfterSales").WithSummary("Does what a case asks for.")
            .Refuses(RefusalCode.NotPending, RefusalCode.SecondPersonRequired, RefusalCode.OutOfStock);
        admin.MapPost("/after-sales/{id}/reject", RejectAsync).WithName("RejectAfterSales").WithSummary("Ends a case without doing anything.").Refuses(RefusalCode.NotPending);
    }

    private static async Task<Results<Accepted<AdminAfterSalesView>, Ok<AdminAfterSalesView>, ProblemResult>> RequestAsync(
        string id, JsonBody<NewAfterSales> body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, Caller caller, RequestAfterSales request, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Order, id, out var orderId))
        {
            return new ProblemResult(NotFound);
        }

        var requested = await request.HandleAsync(body.Value.Of(orderId, idempotencyKey), storefrontId: null, caller.Actor);
        if (requested.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var view = AdminAfterSalesView.Of(requested.Value.Case, catalogue);
        return requested.Value.IsRepeat ? TypedResults.Ok(view) : TypedResults.Accepted($"/v1/admin/after-sales/{view.Id}", view);
    }

    private static async Task<Results<Ok<ListAnswer<AdminAfterSalesView>>, ProblemResult>> ListAsync(
        ListQuery page, string? status, string? storefront, HttpContext http, IAfterSalesStore store, ICatalogue catalogue, CancellationToken cancellation)
    {
        var query = new AfterSalesQuery(page.Before, page.Limit + 1);
        if ((page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "status", "storefront") ?? AfterSalesApi.Status(http, ref query)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (storefront is not null)
        {
            if (catalogue.Current.FindStorefront(storefront) is not { } known)
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "storefront", "There is no storefront of this code."));
            }

            query = query with { StorefrontId = known.Id };
        }

        var found = await store.ListAsync(query, cancellation);
        return TypedResults.Ok(ListAnswer<AdminAfterSalesView>.Of(found, page, item => item.Id, item => AdminAfterSalesView.Of(item, catalogue)));
    }

    private static async Task<Results<Ok<AdminAfterSalesView>, ProblemResult>> GetAsync(string id, IAfterSalesStore store, ICatalogue catalogue, CancellationToken cancellation) =>
        PublicId.TryParse(PublicId.AfterSales, id, out var caseId) && await store.FindAsync(caseId, cancellation) is { } found
            ? TypedResults.Ok(AdminAfterSalesView.Of(found, catalogue))
            : new ProblemResult(NotFound);

    private static async Task<Results<Ok<AdminAfterSalesView>, ProblemResult>> ApproveAsync(
        string id, JsonBody<AfterSalesApproval> body, Caller caller, DecideAfterSales decide, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        return PublicId.TryParse(PublicId.AfterSales, id, out var caseId)
            ? Answer(await decide.ApproveAsync(caseId, body.Value.Reason, body.Value.BadCard, caller.Actor), catalogue)
            : new ProblemResult(NotFound);
    }

    private static async Task<Results<Ok<AdminAfterSalesView>, ProblemResult>> RejectAsync(
        string id, JsonBody<AfterSalesRejection> body, Caller caller, DecideAfterSales decide, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        return PublicId.TryParse(PublicId.AfterSales, id, out var caseId)
            ? Answer(await decide.RejectAsync(caseId, body.Value.Reason, caller.Actor), catalogue)
            : new ProblemResult(NotFound);
    }

    private static Results<Ok<AdminAfterSalesView>, ProblemResult> Answer(Result<AfterSalesCase> decided, ICatalogue catalogue) =>
        decided.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(AdminAfterSalesView.Of(decided.Value, catalogue));
}

/// <summary>Why a case is approved, and whether its codes did not work.</summary>
internal sealed record AfterSalesApproval(string Reason, bool BadCard = false);

/// <summary>Why a case is rejected.</summary>
internal sealed record AfterSalesRejection(string Reason);
