using System.Text.Json;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Who did what.</summary>
internal static class AdminAudit
{
    public static void MapAdminAudit(this RouteGroupBuilder admin) =>
        admin.MapGet("/audit", ListAsync).WithName("ListAudit").WithSummary("Lists the audit, newest first; ?subject=sku:CODE what happened to one thing.");

    private static async Task<Results<Ok<ListAnswer<AuditAnswer>>, ProblemResult>> ListAsync(
        ListQuery query, string? subject, HttpContext http, IAuditStore audit, CancellationToken cancellation)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "subject")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await audit.ListAsync(subject, query.Before, query.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<AuditAnswer>.Of(found, query, entry => entry.Id, AuditAnswer.Of));
    }
}

/// <summary>One entry; <paramref name="Before"/> and <paramref name="After"/> are the subject as it was and became.</summary>
internal sealed record AuditAnswer(
    string Id, DateTimeOffset At, string Actor, string? Address, string Action, string Subject, JsonElement? Before, JsonElement? After)
{
    public static AuditAnswer Of(AuditEntry entry) => new(
        PublicId.Format(PublicId.Audit, entry.Id),
        IdGenerator.TimeOf(entry.Id),
        entry.Actor.Name,
        entry.Actor.Address?.ToString(),
        entry.Action,
        entry.Subject,
        Parse(entry.Before),
        Parse(entry.After));

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}
