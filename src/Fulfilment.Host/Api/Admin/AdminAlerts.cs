using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>What somebody should look at.</summary>
internal static class AdminAlerts
{
    public static void MapAdminAlerts(this RouteGroupBuilder admin)
    {
        admin.MapGet("/alerts", ListAsync).WithName("ListAlerts").WithSummary("Lists alerts, newest first.")
            .TakesQuery("status", "open, acknowledged or resolved.")
            .TakesQuery("kind", "A kind of alerts.");
        admin.MapPost("/alerts/{id}/acknowledge", (string id, Caller caller, IAlerts alerts) => MoveAsync(id, AlertStatus.Acknowledged, caller, alerts))
            .WithName("AcknowledgeAlert").WithSummary("Says that somebody looks after the alert.");
        admin.MapPost("/alerts/{id}/resolve", (string id, Caller caller, IAlerts alerts) => MoveAsync(id, AlertStatus.Resolved, caller, alerts))
            .WithName("ResolveAlert").WithSummary("Says that the alert is over; the same cause then opens another.");
    }

    private static async Task<Results<Ok<ListAnswer<AlertAnswer>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, IAlerts alerts, CancellationToken cancellation)
    {
        var values = http.Request.Query;
        var (status, kind) = ((AlertStatus?)null, (AlertKind?)null);
        if ((page.Refusal ?? QueryNames.Check(values, "limit", "cursor", "status", "kind")
            ?? Name(values, "status", out status) ?? Name(values, "kind", out kind)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await alerts.ListAsync(status, kind, page.Before, page.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<AlertAnswer>.Of(found, page, alert => alert.Id, AlertAnswer.Of));
    }

    private static async Task<Results<Ok<AlertAnswer>, ProblemResult>> MoveAsync(string id, AlertStatus to, Caller caller, IAlerts alerts)
    {
        if (!PublicId.TryParse(PublicId.Alert, id, out var alertId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var moved = await alerts.MoveAsync(alertId, to, caller.Actor);
        return moved.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(AlertAnswer.Of(moved.Value));
    }

    private static Refusal? Name<T>(IQueryCollection values, string param, out T? value)
        where T : struct, Enum
    {
        value = null;
        if (values[param] is not [{ } name])
        {
            return null;
        }

        if (!EnumNameConverter.TryParse<T>(name, out var parsed))
        {
            return new Refusal(RefusalCode.InvalidRequest, param, $"Not a {param} of alerts.");
        }

        value = parsed;
        return null;
    }
}

/// <summary>An alert as operators see it.</summary>
internal sealed record AlertAnswer(
    string Id, AlertKind Kind, AlertSeverity Severity, AlertStatus Status, string Subject, string Cause, long Count, DateTimeOffset OpenedAt, DateTimeOffset LastAt,
    DateTimeOffset? AcknowledgedAt, string? AcknowledgedBy, DateTimeOffset? ResolvedAt, string? ResolvedBy)
{
    public static AlertAnswer Of(Alert alert) => new(
        PublicId.Format(PublicId.Alert, alert.Id), alert.Kind, alert.Severity, alert.Status, alert.Subject, alert.Cause, alert.Count, alert.OpenedAt, alert.LastAt,
        alert.AcknowledgedAt, alert.AcknowledgedBy, alert.ResolvedAt, alert.ResolvedBy);
}
