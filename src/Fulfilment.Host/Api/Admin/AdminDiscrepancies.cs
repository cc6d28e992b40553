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
    private static readonly ProblemResult NotFound = new(new Refusal(RefusalCode.NotFound));

    public static void MapAdminDiscrepancies(this RouteGroupBuilder admin)
    {
        admin.MapGet("/discrepancies", ListAsync).WithName("ListDiscrepancies").WithSummary("Lists what does not match between suppliers and us, newest first.")
            .TakesQuery("status", "open, pendingApproval or resolved.")
            .TakesQuery("supplier", "With this supplier.");
        admin.MapPost("/discrepancies/{id}/reveal", RevealAsync).WithName("RevealQuarantinedCode").WithSummary("Shows the code that is quarantined for a discrepancy; audited.")
            .RequireScope(Scopes.Admin | Scopes.Codes).Refuses(RefusalCode.StateConflict);
        admin.MapPost("/discrepancies/{id}/resolve", ResolveAsync).WithName("ResolveDiscrepancy").WithSummary("Says how a discrepancy was settled; with money at stake, for a second person to approve.")
            .Refuses(RefusalCode.NotPending);
        admin.MapPost("/discrepancies/{id}/approve", ApproveAsync).WithName("ApproveDiscrepancy").WithSummary("Posts how a discrepancy was settled; not by who proposed it.")
            .Refuses(RefusalCode.NotPending, RefusalCode.SecondPersonRequired, RefusalCode.StateConflict);
        admin.MapPost("/discrepancies/{id}/reject", RejectAsync).WithName("RejectDiscrepancy").WithSummary("Opens a discrepancy again whose settlement waits.")
            .Refuses(RefusalCode.NotPending);
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
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "status", "open, pendingApproval or resolved."));
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
            return NotFound;
        }

        var revealed = await reveal.RunAsync(discrepancyId, caller.Actor, cancellation);
        return revealed.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(new QuarantinedCodeView(id, revealed.Value.Number, revealed.Value.Secret));
    }

    private static async Task<Results<Ok<DiscrepancyView>, Accepted<DiscrepancyView>, ProblemResult>> ResolveAsync(
        string id, JsonBody<DiscrepancySettlement> body, Caller caller, ResolveDiscrepancy resolve, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Discrepancy, id, out var discrepancyId))
        {
            return NotFound;
        }

        var proposed = await resolve.ProposeAsync(discrepancyId, body.Value.Outcome, body.Value.Note, caller.Actor);
        if (proposed.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var view = DiscrepancyView.Of(proposed.Value, catalogue);
        return view.Status == DiscrepancyStatus.PendingApproval ? TypedResults.Accepted((string?)null, view) : TypedResults.Ok(view);
    }

    private static async Task<Results<Ok<DiscrepancyView>, ProblemResult>> ApproveAsync(string id, Caller caller, ResolveDiscrepancy resolve, ICatalogue catalogue) =>
        PublicId.TryParse(PublicId.Discrepancy, id, out var discrepancyId) ? Answer(await resolve.ApproveAsync(discrepancyId, caller.Actor), catalogue) : NotFound;

    private static async Task<Results<Ok<DiscrepancyView>, ProblemResult>> RejectAsync(
        string id, JsonBody<UnitReason> body, Caller caller, ResolveDiscrepancy resolve, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        return PublicId.TryParse(PublicId.Discrepancy, id, out var discrepancyId)
            ? Answer(await resolve.RejectAsync(discrepancyId, body.Value.Reason, caller.Actor), catalogue)
            : NotFound;
    }

    private static Results<Ok<DiscrepancyView>, ProblemResult> Answer(Result<KnownDiscrepancy> changed, ICatalogue catalogue) =>
        changed.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(DiscrepancyView.Of(changed.Value, catalogue));
}
