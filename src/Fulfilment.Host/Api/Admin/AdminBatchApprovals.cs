using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>The decision on batches that differ from what is agreed with their supplier.</summary>
internal static class AdminBatchApprovals
{
    public static void MapAdminBatchApprovals(this RouteGroupBuilder admin)
    {
        admin.MapPost("/batches/{id}/approve", ApproveAsync).WithName("ApproveBatch").WithSummary("Takes on a batch that waits for approval; not by who uploaded it.")
            .Refuses(RefusalCode.SecondPersonRequired, RefusalCode.NotPending);
        admin.MapPost("/batches/{id}/reject", RejectAsync).WithName("RejectBatch").WithSummary("Turns down a batch that waits for approval; not by who uploaded it.")
            .Refuses(RefusalCode.SecondPersonRequired, RefusalCode.NotPending);
    }

    private static Task<Results<Ok<BatchView>, ProblemResult>> ApproveAsync(string id, JsonBody<BatchDecision> body, Caller caller, DecideBatch decide, ICatalogue catalogue) =>
        DecideAsync(id, body, caller, decide.ApproveAsync, catalogue);

    private static Task<Results<Ok<BatchView>, ProblemResult>> RejectAsync(string id, JsonBody<BatchDecision> body, Caller caller, DecideBatch decide, ICatalogue catalogue) =>
        DecideAsync(id, body, caller, decide.RejectAsync, catalogue);

    private static async Task<Results<Ok<BatchView>, ProblemResult>> DecideAsync(
        string id, JsonBody<BatchDecision> body, Caller caller, Func<long, string?, Core.Auditing.Actor, Task<Result<Batch>>> decide, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (caller.Owner.Kind != KeyOwnerKind.Operator)
        {
            return new ProblemResult(new Refusal(RefusalCode.Forbidden));
        }

        if (!PublicId.TryParse(PublicId.Batch, id, out var batchId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var decided = await decide(batchId, body.Value.Reason, caller.Actor);
        return decided.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(BatchView.Of(decided.Value, catalogue));
    }
}

/// <summary>Why a batch is approved or rejected.</summary>
internal sealed record BatchDecision
{
    public string? Reason { get; init; }
}
