using System.Data.Common;
using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Stores what came of deliveries, many in one transaction, those that came to the same in one statement.</summary>
internal sealed class WebhookResults(IDatabase database, IdGenerator ids)
{
    private static readonly Actor Worker = new("job:webhooks", null);

    // The time of the last success is kept to the minute, so that it costs hardly any writes.
    private static readonly TimeSpan SuccessStep = TimeSpan.FromMinutes(1);

    internal const string RecordSql = """
        UPDATE webhook_deliveries
        SET state = @state, due_at = @due, attempts = attempts + @attempts, answered_at = @at, status = @status, fault = @fault, answer = @text
        WHERE endpoint_id = @endpointId AND state = 10 AND due_at = @lease AND event_id IN @events
        """;

    internal const string ReleaseSql = """
        UPDATE webhook_deliveries SET due_at = @due
        WHERE endpoint_id = @endpointId AND state = 10 AND due_at = @lease AND event_id IN @events
        """;

    /// <inheritdoc cref="IWebhookDeliveryStore.RecordAsync"/>
    public Task RecordAsync(IReadOnlyList<DeliveryResult> results, DateTimeOffset now) => database.WriteGuardedAsync(async connection =>
    {
        foreach (var same in results.GroupBy(result => (result.Delivery.Target.Id, result.Delivery.LeasedUntilMs, result.End, result.DueAtMs, result.Answer)))
        {
            await WriteAsync(connection, same.First(), [.. same.Select(result => result.Delivery.Message.Id)], now).ConfigureAwait(false);
        }

        foreach (var endpoint in results.GroupBy(result => result.Delivery.Target.Id))
        {
            await JudgeAsync(connection, [.. endpoint], now).ConfigureAwait(false);
        }

        return 0;
    }, WritePriority.Background);

    private static Task WriteAsync(DbConnection connection, DeliveryResult result, List<long> events, DateTimeOffset now)
    {
        var (endpointId, lease, due) = (result.Delivery.Target.Id, result.Delivery.LeasedUntilMs, result.DueAtMs);
        if (result.End == DeliveryEnd.Released)
        {
            return connection.ExecuteAsync(ReleaseSql, new { due, endpointId, lease, events });
        }

        var state = result.End switch
        {
            DeliveryEnd.Delivered => DeliveryState.Delivered,
            DeliveryEnd.GivenUp => DeliveryState.Failed,
            _ => DeliveryState.Waiting,
        };
        WebhookStates.Deliveries.Require(DeliveryState.Waiting, state);
        return connection.ExecuteAsync(
            RecordSql,
            new
            {
                state, due, attempts = 1, at = now.ToUnixTimeMilliseconds(), status = result.Answer?.Status, fault = result.Answer?.Fault, text = result.Answer?.Text, endpointId, lease, events,
            });
    }

    private async Task JudgeAsync(DbConnection connection, List<DeliveryResult> results, DateTimeOffset now)
    {
        var endpoint = results[^1].Delivery.Target.Endpoint;
        if (results.Exists(result => result.End == DeliveryEnd.Delivered) && (endpoint.PausedAt is not null || !(now - endpoint.LastSuccessAt < SuccessStep)))
        {
            await SucceedAsync(connection, endpoint, now).ConfigureAwait(false);
        }

        // What was sent before somebody resumed the endpoint says nothing of how it is since.
        var sentAt = results.Max(result => result.Delivery.LeasedUntilMs) - (long)WebhookOptions.Lease.TotalMilliseconds;
        if (results.Exists(result => result.End == DeliveryEnd.Gone))
        {
            await PauseAsync(connection, endpoint, PauseReason.Gone, long.MaxValue, sentAt, now).ConfigureAwait(false);
        }
        else if (results.FindAll(result => result.End == DeliveryEnd.GivenUp) is { Count: > 0 } givenUp)
        {
            // One event that it never takes, while it takes others, is no reason to keep those back.
            await PauseAsync(connection, endpoint, PauseReason.Failing, givenUp.Max(result => result.Delivery.QueuedAtMs), sentAt, now).ConfigureAwait(false);
        }
    }

    private static async Task SucceedAsync(DbConnection connection, WebhookEndpoint endpoint, DateTimeOffset now)
    {
        await connection.ExecuteAsync(
            "UPDATE webhook_endpoints SET last_success_at = @now WHERE id = @Id AND (last_success_at IS NULL OR last_success_at <= @before)",
            new { now = now.ToUnixTimeMilliseconds(), endpoint.Id, before = (now - SuccessStep).ToUnixTimeMilliseconds() }).ConfigureAwait(false);
        if (endpoint.PausedAt is not null && await connection.ExecuteAsync(
            "UPDATE webhook_endpoints SET paused_at = NULL, pause_reason = NULL WHERE id = @Id AND state = @active AND paused_at IS NOT NULL",
            new { endpoint.Id, active = EndpointState.Active }).ConfigureAwait(false) == 1)
        {
            await WebhookAlerts.ResolveAsync(connection, endpoint.Id, now).ConfigureAwait(false);
        }
    }

    private async Task PauseAsync(DbConnection connection, WebhookEndpoint endpoint, PauseReason reason, long unlessSuccessSince, long sentAt, DateTimeOffset now)
    {
        WebhookStates.Endpoints.Require(EndpointState.Active, EndpointState.Paused);
        var paused = await connection.ExecuteAsync(
            """
            UPDATE webhook_endpoints SET state = @paused, paused_at = @now, pause_reason = @reason
            WHERE id = @Id AND state = @active AND (last_success_at IS NULL OR last_success_at < @unlessSuccessSince) AND (resumed_at IS NULL OR resumed_at <= @sentAt)
            """,
            new { paused = EndpointState.Paused, now = now.ToUnixTimeMilliseconds(), reason, endpoint.Id, active = EndpointState.Active, unlessSuccessSince, sentAt }).ConfigureAwait(false);
        if (paused == 0)
        {
            return;
        }

        var after = endpoint with { State = EndpointState.Paused, PausedAt = now, PauseReason = reason };
        await AuditStore.AppendAsync(connection, new AuditEntry(
            ids.Next(), Worker, "webhookEndpoint.paused", WebhookEndpointRows.Subject(endpoint.Id), WebhookEndpointRows.Image(endpoint), WebhookEndpointRows.Image(after))).ConfigureAwait(false);
        await WebhookAlerts.RaiseAsync(connection, endpoint, reason, ids.Next(), now).ConfigureAwait(false);
    }
}
