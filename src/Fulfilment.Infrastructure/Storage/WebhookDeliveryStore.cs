using System.Data.Common;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// The table <c>webhook_deliveries</c>, and the events of the outbox that wait for theirs to be written. Numbers of states stand in the text, because only then
/// the indexes of what waits can serve; statements take lists of ids, because on SQL Server each statement is a round trip.
/// </summary>
public sealed class WebhookDeliveryStore(IDatabase database, IdGenerator ids) : IWebhookDeliveryStore
{
    internal const string QueueSql = """
        INSERT INTO webhook_deliveries (endpoint_id, event_id, state, due_at, queued_at, attempts)
        SELECT @endpointId, o.id, 10, @due, @now, 0 FROM outbox AS o
        WHERE o.id IN @ids AND NOT EXISTS (SELECT 1 FROM webhook_deliveries AS d WHERE d.endpoint_id = @endpointId AND d.event_id = o.id)
        """;

    internal const string EarlierSql = "SELECT event_id FROM webhook_deliveries WHERE endpoint_id = @endpointId AND state = 30 AND event_id IN @ids";

    internal const string DueEndpointsSql = """
        SELECT e.id FROM webhook_endpoints AS e
        WHERE e.state = 10 AND EXISTS (SELECT 1 FROM webhook_deliveries AS d WHERE d.endpoint_id = e.id AND d.state = 10 AND d.due_at <= @now)
        """;

    private readonly WebhookReplays _replays = new(database);
    private readonly WebhookPruning _pruning = new(database);
    private readonly WebhookResults _results = new(database, ids);

    internal static string MarkSql(SqlDialect dialect) => $"UPDATE outbox {dialect.PassingByLocked} SET waiting = NULL WHERE waiting = 1 AND id IN @ids";

    internal static string LeaseSql(SqlDialect dialect) => $"""
        UPDATE webhook_deliveries {dialect.PassingByLocked} SET due_at = @lease
        WHERE endpoint_id = @endpointId AND state = 10 AND due_at <= @nowMs AND event_id IN @events
        """;

    internal static string WaitingSql(SqlDialect dialect) => $"""
        SELECT {WebhookMessageRow.Columns} FROM outbox AS o LEFT JOIN orders AS r ON r.id = o.order_id
        WHERE o.waiting = 1 ORDER BY o.id {dialect.Limit("@limit")}
        """;

    internal static string DueSql(SqlDialect dialect) => $"""
        SELECT {WebhookMessageRow.Columns}, d.queued_at AS QueuedAt, d.attempts AS Attempts
        FROM (SELECT event_id, queued_at, attempts FROM webhook_deliveries
              WHERE endpoint_id = @endpointId AND state = 10 AND due_at <= @now ORDER BY due_at {dialect.Limit("@most")}) AS d
        JOIN outbox AS o ON o.id = d.event_id
        LEFT JOIN orders AS r ON r.id = o.order_id
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<WebhookMessage>> FindWaitingAsync(int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<WebhookMessage>>(
        async connection => [.. (await connection.QueryAsync<WebhookMessageRow>(WaitingSql(database.Dialect), new { limit }).ConfigureAwait(false)).Select(row => row.ToMessage())],
        cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LeasedDelivery>?> QueueAsync(IReadOnlyList<WebhookMessage> messages, Func<long, bool> leases, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(messages);
        try
        {
            return await database.WriteGuardedAsync(connection => QueueAsync(connection, messages, leases, now), WritePriority.Background).ConfigureAwait(false);
        }
        catch (StorageConflictException)
        {
            // Another node has some of them; what is left is found by the next look.
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> FindDueEndpointsAsync(DateTimeOffset now, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<long>>(
        async connection => (await connection.QueryAsync<long>(DueEndpointsSql, new { now = now.ToUnixTimeMilliseconds() }).ConfigureAwait(false)).AsList(),
        cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LeasedDelivery>> TakeAsync(long endpointId, int most, DateTimeOffset now, CancellationToken cancellation)
    {
        var (nowMs, lease) = (now.ToUnixTimeMilliseconds(), (now + WebhookOptions.Lease).ToUnixTimeMilliseconds());
        var found = await database.ReadAsync(
            async connection =>
            {
                var endpoint = await WebhookEndpointRows.FindAsync(connection, endpointId, null).ConfigureAwait(false);
                var targets = endpoint is { State: EndpointState.Active } ? await WebhookEndpointRows.TargetsAsync(connection, [endpoint], now).ConfigureAwait(false) : [];
                var rows = targets.Count == 0 ? [] : await connection.QueryAsync<DueRow>(DueSql(database.Dialect), new { endpointId, now = nowMs, most }).ConfigureAwait(false);
                return rows.Select(row => new LeasedDelivery(targets[endpointId], row.ToMessage(), row.QueuedAt, lease, (int)row.Attempts)).ToList();
            },
            cancellation).ConfigureAwait(false);
        if (found.Count == 0)
        {
            return [];
        }

        try
        {
            return await database.WriteGuardedAsync(async connection =>
            {
                var taken = await connection.ExecuteAsync(
                    LeaseSql(database.Dialect), new { lease, endpointId, nowMs, events = found.ConvertAll(delivery => delivery.Message.Id) }).ConfigureAwait(false);

                // Where another node took some, nobody knows which: none is taken, and the next look finds what is left.
                return taken == found.Count ? found : throw new StorageConflictException();
            }, WritePriority.Background).ConfigureAwait(false);
        }
        catch (StorageConflictException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> FindStoppedAsync(IReadOnlyCollection<long> endpoints, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<long>>(
        async connection => [.. endpoints.Except(await connection.QueryAsync<long>("SELECT id FROM webhook_endpoints WHERE state = 10 AND id IN @endpoints", new { endpoints }).ConfigureAwait(false))],
        cancellation);

    /// <inheritdoc/>
    public Task RecordAsync(IReadOnlyList<DeliveryResult> results, DateTimeOffset now) => _results.RecordAsync(results, now);

    /// <inheritdoc/>
    public Task<bool> ReplayAsync(DateTimeOffset now, CancellationToken cancellation) => _replays.RunAsync(now, cancellation);

    /// <inheritdoc/>
    public Task<long> PruneAsync(long beforeEvent, DateTimeOffset now, CancellationToken cancellation) => _pruning.RunAsync(beforeEvent, now, cancellation);

    private async Task<IReadOnlyList<LeasedDelivery>> QueueAsync(DbConnection connection, IReadOnlyList<WebhookMessage> messages, Func<long, bool> leases, DateTimeOffset now)
    {
        var marked = await connection.ExecuteAsync(MarkSql(database.Dialect), new { ids = messages.Select(message => message.Id).ToList() }).ConfigureAwait(false);
        if (marked != messages.Count)
        {
            throw new StorageConflictException();
        }

        var (nowMs, lease) = (now.ToUnixTimeMilliseconds(), (now + WebhookOptions.Lease).ToUnixTimeMilliseconds());
        var endpoints = await EndpointsAsync(connection, messages).ConfigureAwait(false);
        var leased = new List<(WebhookEndpoint Endpoint, List<WebhookMessage> Messages)>();
        foreach (var endpoint in endpoints)
        {
            var wanted = messages.Where(message => message.Id >= endpoint.EarliestEvent && endpoint.Wants(message.StorefrontId, message.Type)).ToList();
            if (wanted.Count == 0)
            {
                continue;
            }

            var takes = endpoint.State == EndpointState.Active && leases(endpoint.Id);
            var ids = wanted.ConvertAll(message => message.Id);
            var queued = await connection.ExecuteAsync(QueueSql, new { endpointId = endpoint.Id, due = takes ? lease : nowMs, now = nowMs, ids }).ConfigureAwait(false);
            if (queued < wanted.Count)
            {
                var earlier = (await connection.QueryAsync<long>(EarlierSql, new { endpointId = endpoint.Id, ids }).ConfigureAwait(false)).ToHashSet();
                wanted.RemoveAll(message => earlier.Contains(message.Id));
            }

            if (takes)
            {
                leased.Add((endpoint, wanted));
            }
        }

        var targets = await WebhookEndpointRows.TargetsAsync(connection, leased.ConvertAll(one => one.Endpoint), now).ConfigureAwait(false);
        return [.. leased.SelectMany(one => one.Messages.Select(message => new LeasedDelivery(targets[one.Endpoint.Id], message, nowMs, lease, 0)))];
    }

    private static async Task<List<WebhookEndpoint>> EndpointsAsync(DbConnection connection, IReadOnlyList<WebhookMessage> messages)
    {
        var storefronts = messages.Select(message => message.StorefrontId).Distinct().ToList();
        var everyone = storefronts.Contains(0) ? 1 : 0;
        var rows = await connection.QueryAsync<WebhookEndpointRows.EndpointRow>(
            $"SELECT {WebhookEndpointRows.Columns} FROM webhook_endpoints AS e WHERE e.state IN (10, 11) AND (e.storefront_id IN @storefronts OR @everyone = 1)",
            new { storefronts, everyone }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToEndpoint())];
    }

    private sealed class DueRow : WebhookMessageRow
    {
        public long QueuedAt { get; set; }

        public long Attempts { get; set; }
    }
}
