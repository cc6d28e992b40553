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
            .TakesQuery("kind", "A kind of alerts.")
            .TakesQuery("severity", "warning or critical.")
            .TakesQuery("subject", "About this subject, such as supplier:acme.")
            .TakesQuery("group", "Told together under this group.");
        admin.MapPost("/alerts/{id}/acknowledge", (string id, OptionalBody<AlertNote> body, Caller caller, MoveAlert move, AlertLinks links) =>
                MoveAsync(id, AlertStatus.Acknowledged, body, caller, move, links))
            .WithName("AcknowledgeAlert").WithSummary("Says that somebody looks after the alert.");
        admin.MapPost("/alerts/{id}/resolve", (string id, OptionalBody<AlertNote> body, Caller caller, MoveAlert move, AlertLinks links) =>
                MoveAsync(id, AlertStatus.Resolved, body, caller, move, links))
            .WithName("ResolveAlert").WithSummary("Says that the alert is over; what lasts opens another only once its cause has gone, or got worse.");
    }

    private static async Task<Results<Ok<ListAnswer<AlertAnswer>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, IAlerts alerts, AlertLinks links, CancellationToken cancellation)
    {
        var values = http.Request.Query;
        var (status, kind, severity) = ((AlertStatus?)null, (AlertKind?)null, (AlertSeverity?)null);
        if ((page.Refusal ?? QueryNames.Check(values, "limit", "cursor", "status", "kind", "severity", "subject", "group")
            ?? Name(values, "status", out status) ?? Name(values, "kind", out kind) ?? Name(values, "severity", out severity)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var filter = new AlertFilter(status, kind, severity, values["subject"] is [{ } subject] ? subject : null, values["group"] is [{ } group] ? group : null);
        var found = await alerts.ListAsync(filter, page.Before, page.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<AlertAnswer>.Of(found, page, alert => alert.Id, alert => AlertAnswer.Of(alert, links)));
    }

    private static async Task<Results<Ok<AlertAnswer>, ProblemResult>> MoveAsync(
        string id, AlertStatus to, OptionalBody<AlertNote> body, Caller caller, MoveAlert move, AlertLinks links)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Alert, id, out var alertId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var moved = await move.RunAsync(alertId, to, body.Value?.Note, caller.Actor);
        return moved.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(AlertAnswer.Of(moved.Value, links));
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

/// <summary>What somebody wants others to know of an alert.</summary>
internal sealed record AlertNote(string? Note = null);

/// <summary>An alert as operators see it.</summary>
internal sealed record AlertAnswer(
    string Id, AlertKind Kind, AlertSeverity Severity, AlertStatus Status, string Subject, string Cause, string NextStep, string? Link, string? Group,
    MoneyAtStake? AtStake, long Count, DateTimeOffset OpenedAt, DateTimeOffset LastAt, DateTimeOffset? EscalatedAt,
    DateTimeOffset? AcknowledgedAt, string? AcknowledgedBy, string? AcknowledgedNote, DateTimeOffset? ResolvedAt, string? ResolvedBy, string? ResolvedNote, bool Stands)
{
    public static AlertAnswer Of(Alert alert, AlertLinks links) => new(
        PublicId.Format(PublicId.Alert, alert.Id), alert.Kind, alert.Severity, alert.Status, alert.Subject, alert.Cause.English, AlertGuide.Of(alert.Kind).English.NextStep,
        links.Of(alert), alert.Group, alert.AtStake, alert.Count, alert.OpenedAt, alert.LastAt, alert.EscalatedAt,
        alert.Acknowledged?.At, alert.Acknowledged?.By, alert.Acknowledged?.Note, alert.Resolved?.At, alert.Resolved?.By, alert.Resolved?.Note, alert.Stands);
}
