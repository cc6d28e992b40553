using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The tables <c>webhook_endpoints</c> and <c>webhook_secrets</c>, and the list of <c>webhook_deliveries</c>.</summary>
public sealed class WebhookEndpointStore(IDatabase database, IdGenerator ids, TimeProvider time) : IWebhookEndpointStore
{
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    /// <inheritdoc/>
    public Task<Result<WebhookEndpoint>> CreateAsync(WebhookEndpoint endpoint, ProtectedSecret secret, int most, Actor actor) => database.WriteAsync<Result<WebhookEndpoint>>(async connection =>
    {
        var count = await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM webhook_endpoints WHERE storefront_id = @StorefrontId AND state < @deleted", new { endpoint.StorefrontId, deleted = EndpointState.Deleted }).ConfigureAwait(false);
        if (count >= most)
        {
            return new Refusal(RefusalCode.InvalidRequest, null, $"A storefront has at most {most} endpoints; delete one.");
        }

        await connection.ExecuteAsync(
            """
            INSERT INTO webhook_endpoints (id, storefront_id, url, types, state, late_after)
            VALUES (@Id, @StorefrontId, @Url, @types, @State, @lateAfter)
            """,
            new
            {
                endpoint.Id, endpoint.StorefrontId, endpoint.Url, types = endpoint.Types is null ? null : StorageJson.Write(endpoint.Types.Select(type => (int)type)), endpoint.State,
                lateAfter = endpoint.EarliestEvent - 1,
            }).ConfigureAwait(false);
        await connection.ExecuteAsync(
            EarlierSql(database.Dialect), new { endpoint.Id, endpoint.StorefrontId, endpoint.EarliestEvent, at = endpoint.CreatedAt.ToUnixTimeMilliseconds() }).ConfigureAwait(false);
        await CatalogueVersion.RaiseAsync(connection).ConfigureAwait(false);
        await AddSecretAsync(connection, endpoint.Id, secret).ConfigureAwait(false);
        await RecordAsync(connection, actor, "webhookEndpoint.created", null, endpoint).ConfigureAwait(false);
        return endpoint;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<WebhookEndpoint>> ListAsync(long? storefrontId, long before, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<WebhookEndpoint>>(
        async connection => [.. (await connection.QueryAsync<WebhookEndpointRows.EndpointRow>(
            ListSql(database.Dialect, storefrontId), new { storefrontId, before, limit, deleted = EndpointState.Deleted }).ConfigureAwait(false)).Select(row => row.ToEndpoint())],
        cancellation);

    /// <inheritdoc/>
    public Task<DeliveryTarget?> FindAsync(long id, long? storefrontId, CancellationToken cancellation) => database.ReadAsync(
        async connection => await WebhookEndpointRows.FindAsync(connection, id, storefrontId).ConfigureAwait(false) is { } endpoint
            ? (await WebhookEndpointRows.TargetsAsync(connection, [endpoint], time.GetUtcNow()).ConfigureAwait(false))[id]
            : null,
        cancellation);

    /// <inheritdoc/>
    public Task<Result<WebhookEndpoint>> DeleteAsync(long id, long? storefrontId, Actor actor) => ChangeAsync(id, storefrontId, actor, "webhookEndpoint.deleted", async (connection, endpoint) =>
    {
        WebhookStates.Endpoints.Require(endpoint.State, EndpointState.Deleted);
        await connection.ExecuteAsync(
            "UPDATE webhook_endpoints SET state = @deleted, replay_after = NULL, replay_until = NULL, late_after = NULL WHERE id = @id AND state = @State",
            new { deleted = EndpointState.Deleted, id, endpoint.State }).ConfigureAwait(false);
        await connection.ExecuteAsync("DELETE FROM webhook_secrets WHERE endpoint_id = @id", new { id }).ConfigureAwait(false);
        await CatalogueVersion.RaiseAsync(connection).ConfigureAwait(false);
        await WebhookAlerts.ResolveAsync(connection, id, time.GetUtcNow()).ConfigureAwait(false);
        return endpoint with { State = EndpointState.Deleted };
    });

    /// <inheritdoc/>
    public Task<Result<WebhookEndpoint>> RotateAsync(long id, long? storefrontId, ProtectedSecret secret, DateTimeOffset oldEndsAt, Actor actor) =>
        ChangeAsync(id, storefrontId, actor, "webhookEndpoint.secretRotated", async (connection, endpoint) =>
        {
            // Two sign at most: what a rotation before this one left ends now.
            await connection.ExecuteAsync("DELETE FROM webhook_secrets WHERE endpoint_id = @id AND ends_at IS NOT NULL", new { id }).ConfigureAwait(false);
            await connection.ExecuteAsync(
                "UPDATE webhook_secrets SET ends_at = @endsAt WHERE endpoint_id = @id", new { endsAt = oldEndsAt.ToUnixTimeMilliseconds(), id }).ConfigureAwait(false);
            await AddSecretAsync(connection, id, secret).ConfigureAwait(false);
            return endpoint;
        });

    /// <inheritdoc/>
    public Task<Result<WebhookEndpoint>> ResumeAsync(long id, long? storefrontId, DateTimeOffset now, Actor actor) =>
        ChangeAsync(id, storefrontId, actor, "webhookEndpoint.resumed", async (connection, endpoint) =>
        {
            if (endpoint.State == EndpointState.Active)
            {
                return null;
            }

            WebhookStates.Endpoints.Require(endpoint.State, EndpointState.Active);
            await connection.ExecuteAsync(
                "UPDATE webhook_endpoints SET state = @active, resumed_at = @now WHERE id = @id AND state = @State",
                new { active = EndpointState.Active, now = now.ToUnixTimeMilliseconds(), id, endpoint.State }).ConfigureAwait(false);

            // What was tried before the pause may be due hours from now. No lease reaches so far ahead, so nothing that is under way is taken from its worker.
            await connection.ExecuteAsync(
                "UPDATE webhook_deliveries SET due_at = @due WHERE endpoint_id = @id AND state = 10 AND due_at > @leased",
                new { due = now.ToUnixTimeMilliseconds(), id, leased = (now + (2 * WebhookOptions.Lease)).ToUnixTimeMilliseconds() }).ConfigureAwait(false);
            return endpoint with { State = EndpointState.Active, ResumedAt = now };
        });

    /// <inheritdoc/>
    public Task<Result<WebhookEndpoint>> ReplayAsync(long id, long? storefrontId, long after, long until, Actor actor) =>
        ChangeAsync(id, storefrontId, actor, "webhookEndpoint.replayed", async (connection, endpoint) =>
        {
            // One that is still under way is not lost: what it had before it is asked for again.
            await connection.ExecuteAsync(
                """
                UPDATE webhook_endpoints SET replay_after = CASE WHEN replay_after < @after THEN replay_after ELSE @after END, replay_until = @until
                WHERE id = @id
                """,
                new { after, until, id }).ConfigureAwait(false);
            return endpoint;
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<WebhookDelivery>> ListDeliveriesAsync(long id, DeliveryState? state, long before, int limit, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<WebhookDelivery>>(
            async connection => [.. (await connection.QueryAsync<DeliveryRow>(
                DeliveriesSql(database.Dialect, state), new { id, state, before, limit }).ConfigureAwait(false)).Select(row => row.ToDelivery())],
            cancellation);

    /// <summary>
    /// Events that are there before the endpoint, as state 30: neither sent nor shown, unless a replay asks for them. Ids are not in the order of commits, so only a
    /// look at what is stored tells an event from before the endpoint from one that comes after it. What others are storing now it need not see.
    /// </summary>
    internal static string EarlierSql(SqlDialect dialect) => $"""
        INSERT INTO webhook_deliveries (endpoint_id, event_id, state, queued_at, attempts)
        SELECT @Id, o.id, 30, @at, 0 FROM outbox AS o {dialect.AsStored} WHERE o.id >= @EarliestEvent AND (o.storefront_id = 0 OR o.storefront_id = @StorefrontId)
        """;

    internal static string ListSql(SqlDialect dialect, long? storefrontId) => $"""
        SELECT {WebhookEndpointRows.Columns} FROM webhook_endpoints AS e
        WHERE e.id < @before AND e.state < @deleted {(storefrontId is null ? "" : "AND e.storefront_id = @storefrontId")}
        ORDER BY e.id DESC {dialect.Limit("@limit")}
        """;

    internal static string DeliveriesSql(SqlDialect dialect, DeliveryState? state) => $"""
        SELECT d.event_id AS EventId, o.type AS Type, o.order_id AS OrderId, d.state AS State, d.attempts AS Attempts, d.due_at AS DueAt,
               d.answered_at AS AnsweredAt, d.status AS Status, d.fault AS Fault, d.answer AS Answer
        FROM webhook_deliveries AS d LEFT JOIN outbox AS o ON o.id = d.event_id
        WHERE d.endpoint_id = @id AND d.event_id < @before AND {(state is null ? "d.state < 30" : "d.state = @state")}
        ORDER BY d.event_id DESC {dialect.Limit("@limit")}
        """;

    private Task<Result<WebhookEndpoint>> ChangeAsync(long id, long? storefrontId, Actor actor, string action, Func<DbConnection, WebhookEndpoint, Task<WebhookEndpoint?>> change) =>
        database.WriteAsync<Result<WebhookEndpoint>>(async connection =>
        {
            if (await WebhookEndpointRows.FindAsync(connection, id, storefrontId).ConfigureAwait(false) is not { } before)
            {
                return NotFound;
            }

            if (await change(connection, before).ConfigureAwait(false) is not { } after)
            {
                return before;
            }

            await RecordAsync(connection, actor, action, before, after).ConfigureAwait(false);
            return after;
        });

    private static Task AddSecretAsync(DbConnection connection, long endpointId, ProtectedSecret secret) => connection.ExecuteAsync(
        "INSERT INTO webhook_secrets (id, endpoint_id, secret) VALUES (@Id, @endpointId, @Value)", new { secret.Id, endpointId, secret.Value });

    private Task RecordAsync(DbConnection connection, Actor actor, string action, WebhookEndpoint? before, WebhookEndpoint after) => AuditStore.AppendAsync(connection, new AuditEntry(
        ids.Next(), actor, action, WebhookEndpointRows.Subject(after.Id), before is null ? null : WebhookEndpointRows.Image(before), WebhookEndpointRows.Image(after)));

    private sealed class DeliveryRow
    {
        public long EventId { get; set; }

        public long? Type { get; set; }

        public long? OrderId { get; set; }

        public long State { get; set; }

        public long Attempts { get; set; }

        public long? DueAt { get; set; }

        public long? AnsweredAt { get; set; }

        public long? Status { get; set; }

        public string? Fault { get; set; }

        public string? Answer { get; set; }

        public WebhookDelivery ToDelivery() => new(
            EventId, (WebhookEvent?)Type, OrderId is > 0 ? OrderId : null, (DeliveryState)State, (int)Attempts, Time(DueAt), Time(AnsweredAt),
            AnsweredAt is null ? null : new WebhookAnswer((int?)Status, Fault, Answer));

        private static DateTimeOffset? Time(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
    }
}
