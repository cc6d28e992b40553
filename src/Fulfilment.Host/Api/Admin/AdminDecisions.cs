using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>What was proposed for units and waits for a second person; and the money in unknowns.</summary>
internal static class AdminDecisions
{
    private static readonly ProblemResult NotFound = new(new Refusal(RefusalCode.NotFound));

    public static void MapAdminDecisions(this RouteGroupBuilder admin)
    {
        admin.MapGet("/decisions", ListAsync).WithName("ListDecisions").WithSummary("Lists proposals that wait for a second person, newest first.");
        admin.MapPost("/decisions/{id}/approve", ApproveAsync).WithName("ApproveDecision").WithSummary("Carries out a proposal; not by who made it.")
            .Refuses(RefusalCode.NotPending, RefusalCode.SecondPersonRequired, RefusalCode.StateConflict, RefusalCode.AlreadyExists);
        admin.MapPost("/decisions/{id}/reject", RejectAsync).WithName("RejectDecision").WithSummary("Ends a proposal without doing anything.").Refuses(RefusalCode.NotPending);
        admin.MapGet("/unknowns", SumAsync).WithName("SumUnknowns").WithSummary("Sums the money in unknowns, by supplier and age.");
    }

    private static async Task<Results<Ok<ListAnswer<DecisionView>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, IUnitOverview units, ICatalogue catalogue, CancellationToken cancellation)
    {
        if ((page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await units.ListPendingDecisionsAsync(page.Before, page.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<DecisionView>.Of(found, page, decision => decision.Id, decision => DecisionView.Of(decision, catalogue)));
    }

    private static async Task<Results<Ok<DecisionView>, ProblemResult>> ApproveAsync(string id, Caller caller, DecideUnit decide, ICatalogue catalogue) =>
        PublicId.TryParse(PublicId.Decision, id, out var decisionId) ? Answer(await decide.ApproveAsync(decisionId, caller.Actor), catalogue) : NotFound;

    private static async Task<Results<Ok<DecisionView>, ProblemResult>> RejectAsync(
        string id, JsonBody<UnitReason> body, Caller caller, DecideUnit decide, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        return PublicId.TryParse(PublicId.Decision, id, out var decisionId)
            ? Answer(await decide.RejectAsync(decisionId, body.Value.Reason, caller.Actor), catalogue)
            : NotFound;
    }

    private static async Task<Ok<UnknownsView>> SumAsync(IUnitOverview units, ICatalogue catalogue, TimeProvider time, CancellationToken cancellation)
    {
        var sums = await units.SumUnknownsAsync(time.GetUtcNow(), cancellation);
        return TypedResults.Ok(new UnknownsView([.. sums.Select(sum => UnknownSumView.Of(sum, catalogue))]));
    }

    private static Results<Ok<DecisionView>, ProblemResult> Answer(Result<UnitDecision> decided, ICatalogue catalogue) =>
        decided.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(DecisionView.Of(decided.Value, catalogue));
}
