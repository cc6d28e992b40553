using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>What does not match between suppliers and us.</summary>
internal static class AdminDiscrepancies
{
    public static void MapAdminDiscrepancies(this RouteGroupBuilder admin)
    {
        admin.MapGet("/discrepancies", ListAsync).WithName("ListDiscrepancies").WithSummary("Lists what does not match between suppliers and us, newest first.")
            .TakesQuery("status", "open or resolved.")
            .TakesQuery("supplier", "With this supplier.");
        admin.MapPost("/discrepancies/{id}/reveal", RevealAsync).WithName("RevealQuarantinedCode").WithSummary("Shows the code that is quarantined for a discrepancy; audited.")
            .RequireScope(Scopes.Admin | Scopes.Codes).Refuses(RefusalCode.StateConflict);
        admin.MapPost("/discrepancies/{id}/resolve", ResolveAsync).WithName("ResolveDiscrepancy").WithSummary("Notes how a discrepancy was settled.").Refuses(RefusalCode.NotPending);
    }

    private static async Task<Results<Ok<ListAnswer<DiscrepancyView>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, IDiscrepancyStore store, ICatalogue catalogue, CancellationToken cancellation)
    {
        var values = http.Request.Query;
        var query = new DiscrepancyQuery(page.Before, page.Limit + 1);
        if ((page.Refusal ?? QueryNames.Check(values, "limit", "cursor", "status", "supplier")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (values["status"] is [{ } name])
        {
            if (!EnumNameConverter.TryParse<DiscrepancyStatus>(name, out var status))
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "status", "open or resolved."));
            }

            query = query with { Status = status };
        }

        if (values["supplier"] is [{ } supplier])
        {
            if (catalogue.Current.FindSupplier(supplier) is not { } known)
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "supplier", "There is no supplier of this code."));
            }

            query = query with { SupplierId = known.Id };
        }

        var found = await store.ListAsync(query, cancellation);
        return TypedResults.Ok(ListAnswer<DiscrepancyView>.Of(found, page, item => item.Discrepancy.Id, item => DiscrepancyView.Of(item, catalogue)));
    }

    private static async Task<Results<Ok<QuarantinedCodeView>, ProblemResult>> RevealAsync(string id, Caller caller, RevealQuarantined reveal, CancellationToken cancellation)
    {
        if (!PublicId.TryParse(PublicId.Discrepancy, id, out var discrepancyId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var revealed = await reveal.RunAsync(discrepancyId, caller.Actor, cancellation);
        return revealed.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(new QuarantinedCodeView(id, revealed.Value.Number, revealed.Value.Secret));
    }

    private static async Task<Results<Ok<DiscrepancyView>, ProblemResult>> ResolveAsync(
        string id, JsonBody<DiscrepancyNote> body, Caller caller, ResolveDiscrepancy resolve, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Discrepancy, id, out var discrepancyId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var resolved = await resolve.RunAsync(discrepancyId, body.Value.Note, caller.Actor);
        return resolved.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(DiscrepancyView.Of(resolved.Value, catalogue));
    }
}
