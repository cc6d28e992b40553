using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Who did what.</summary>
internal static class AdminAudit
{
    public static void MapAdminAudit(this RouteGroupBuilder admin) =>
        admin.MapGet("/audit", ListAsync).WithName("ListAudit").WithSummary("Lists the audit, newest first; ?subject=sku:CODE what happened to one thing.")
            .TakesQuery("subject", "What happened to one thing: sku:CODE, order:ord_…")
            .TakesQuery("actor", "What one person did: operator:li.")
            .TakesQuery("key", "What was done with one API key: key_…")
            .TakesQuery("action", "One kind of entry: codes.revealed.")
            .TakesQuery("from", "Entries of this time (RFC 3339) or later.")
            .TakesQuery("to", "Entries before this time (RFC 3339).");

    private static async Task<Results<Ok<ListAnswer<AuditAnswer>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, IAuditStore audit, CancellationToken cancellation)
    {
        var values = http.Request.Query;
        var (from, to) = ((DateTimeOffset?)null, (DateTimeOffset?)null);
        if ((page.Refusal ?? QueryNames.Check(values, "limit", "cursor", "subject", "actor", "key", "action", "from", "to")
            ?? QueryTimes.Read(values, "from", out from) ?? QueryTimes.Read(values, "to", out to)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        long? key = null;
        if (values["key"] is [{ } text])
        {
            if (!PublicId.TryParse(PublicId.Key, text, out var keyId))
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "key", "The id of a key, as in key_01h2xcejqtf2n; not the key itself."));
            }

            key = keyId;
        }

        var query = new AuditQuery(page.Before, page.Limit + 1)
        {
            Subject = Text(values["subject"]),
            Actor = Text(values["actor"]),
            KeyId = key,
            Action = Text(values["action"]),
            From = from,
            To = to,
        };
        var found = await audit.ListAsync(query, cancellation);
        return TypedResults.Ok(ListAnswer<AuditAnswer>.Of(found, page, entry => entry.Id, AuditAnswer.Of));
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues value) => value is [{ } text] ? text : null;
}

/// <summary>One entry; <paramref name="Key"/> is the API key used, <paramref name="Before"/> and <paramref name="After"/> are the subject as it was and became.</summary>
internal sealed record AuditAnswer(
    string Id, DateTimeOffset At, string Actor, string? Key, string? Address, string Action, string Subject, JsonElement? Before, JsonElement? After)
{
    public static AuditAnswer Of(AuditEntry entry) => new(
        PublicId.Format(PublicId.Audit, entry.Id),
        IdGenerator.TimeOf(entry.Id),
        entry.Actor.Name,
        entry.Actor.KeyId is { } key ? PublicId.Format(PublicId.Key, key) : null,
        entry.Actor.Address?.ToString(),
        entry.Action,
        entry.Subject,
        Parse(entry.Before),
        Parse(entry.After));

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}
