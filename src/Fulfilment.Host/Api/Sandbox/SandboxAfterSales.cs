using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Sandbox;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Fulfilment.Host.Api.Sandbox;

/// <summary>After-sales for a test key: the same requests and answers, on sandbox orders, and decided by nobody but the time.</summary>
internal static class SandboxAfterSales
{
    public static async Task<Results<Created<AfterSalesView>, Accepted<AfterSalesView>, Ok<AfterSalesView>, ProblemResult>> RequestAsync(
        string id, JsonBody<NewAfterSales> body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, Caller caller, RequestSandboxAfterSales request, TimeProvider time)
    {
        if (caller.Storefront is not { } storefront)
        {
            return new ProblemResult(AfterSalesApi.StorefrontsOnly);
        }

        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Order, id, out var orderId))
        {
            return new ProblemResult(AfterSalesApi.NotFound);
        }

        var requested = await request.HandleAsync(body.Value.Of(orderId, idempotencyKey), storefront.Id);
        return requested.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : AfterSalesApi.Answer(View(requested.Value.Case, time), requested.Value.IsRepeat);
    }

    public static async Task<Results<Ok<AfterSalesView>, ProblemResult>> GetAsync(
        string id, Caller caller, ISandboxCaseStore store, TimeProvider time, CancellationToken cancellation)
    {
        if (caller.Storefront is not { } storefront)
        {
            return new ProblemResult(AfterSalesApi.StorefrontsOnly);
        }

        return PublicId.TryParse(PublicId.AfterSales, id, out var caseId) && await store.FindAsync(storefront.Id, caseId, cancellation) is { } found
            ? TypedResults.Ok(View(found, time))
            : new ProblemResult(AfterSalesApi.NotFound);
    }

    public static async Task<Results<Ok<ListAnswer<AfterSalesView>>, ProblemResult>> ListAsync(
        ListQuery page, Caller caller, HttpContext http, ISandboxCaseStore store, TimeProvider time, CancellationToken cancellation)
    {
        if (caller.Storefront is not { } storefront)
        {
            return new ProblemResult(AfterSalesApi.StorefrontsOnly);
        }

        var query = new AfterSalesQuery(page.Before, page.Limit + 1) { StorefrontId = storefront.Id };
        if (AfterSalesApi.Read(http, page, ref query) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await store.ListAsync(query, time.GetUtcNow(), cancellation);
        return TypedResults.Ok(ListAnswer<AfterSalesView>.Of(found, page, item => item.Id, item => View(item, time)));
    }

    private static AfterSalesView View(SandboxCase item, TimeProvider time) => AfterSalesView.Of(item.At(time.GetUtcNow()), SandboxSkus.Catalogue) with { Sandbox = true };
}
