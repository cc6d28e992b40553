using System.Data.Common;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Queues events once more, and what a new endpoint may have missed, piece by piece: it walks the outbox by its key, since an index by storefront would cost every
/// order something. What waits already stays as it is, for a worker may be sending it; what the outbox still has to queue comes by itself.
/// </summary>
internal sealed class WebhookReplays(IDatabase database)
{
    private const int EventsAtOnce = 2_000, IdsAtOnce = 500;

    internal const string AgainSql = """
        UPDATE webhook_deliveries SET state = 10, due_at = @now, queued_at = @now, attempts = 0
        WHERE endpoint_id = @endpointId AND state IN (20, 21, 30) AND event_id IN @events
        """;

    internal const string MissedSql = """
        INSERT INTO webhook_deliveries (endpoint_id, event_id, state, due_at, queued_at, attempts)
        SELECT @endpointId, o.id, 10, @now, @now, 0 FROM outbox AS o
        WHERE o.id IN @events AND NOT EXISTS (SELECT 1 FROM webhook_deliveries AS d WHERE d.endpoint_id = @endpointId AND d.event_id = o.id)
        """;

    internal const string AskedSql = $"""
        SELECT {WebhookEndpointRows.Columns}, e.replay_after AS ReplayAfter, e.replay_until AS ReplayUntil, e.late_after AS LateAfter
        FROM webhook_endpoints AS e WHERE (e.replay_until <= @until OR e.late_after IS NOT NULL) AND e.state < @deleted
        """;

    internal static string EventsSql(SqlDialect dialect) => $"""
        SELECT o.id AS Id, o.storefront_id AS StorefrontId, o.type AS Type, CASE WHEN o.waiting = 1 THEN 1 ELSE 0 END AS Waits
        FROM outbox AS o WHERE o.id > @After AND o.id <= @Until ORDER BY o.id {dialect.Limit("@limit")}
        """;

    /// <inheritdoc cref="IWebhookDeliveryStore.ReplayAsync"/>
    public async Task<bool> RunAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var until = IdGenerator.FirstAt(now);
        var rows = await database.ReadAsync(
            async connection => (await connection.QueryAsync<AskedRow>(AskedSql, new { until, deleted = EndpointState.Deleted }).ConfigureAwait(false)).AsList(),
            cancellation).ConfigureAwait(false);
        var walks = rows.SelectMany(row => row.Walks()).Where(walk => walk.Until <= until).ToList();

        // One piece a look, of whoever is furthest back: between two, what is new is queued for everybody.
        if (walks.MinBy(walk => walk.After) is { } furthest)
        {
            await RunAsync(furthest, now.ToUnixTimeMilliseconds(), cancellation).ConfigureAwait(false);
        }

        return walks.Count > 0;
    }

    private async Task RunAsync(Walk walk, long now, CancellationToken cancellation)
    {
        var events = await database.ReadAsync(
            async connection => (await connection.QueryAsync<EventRow>(EventsSql(database.Dialect), new { walk.After, walk.Until, limit = EventsAtOnce }).ConfigureAwait(false)).AsList(),
            cancellation).ConfigureAwait(false);
        var wanted = events.Where(one => one.Waits == 0 && walk.Endpoint.Wants(one.StorefrontId, (WebhookEvent)one.Type)).Select(one => one.Id).ToList();
        long? through = events.Count < EventsAtOnce ? null : events[^1].Id;
        try
        {
            await database.WriteGuardedAsync(connection => WriteAsync(connection, walk, wanted, through, now), WritePriority.Bulk).ConfigureAwait(false);
        }
        catch (StorageConflictException)
        {
            // Another node did this piece, or somebody has asked for more.
        }
    }

    private static async Task<int> WriteAsync(DbConnection connection, Walk walk, List<long> wanted, long? through, long now)
    {
        if (await MoveAsync(connection, walk, through).ConfigureAwait(false) == 0)
        {
            throw new StorageConflictException();
        }

        foreach (var events in wanted.Chunk(IdsAtOnce))
        {
            if (!walk.IsLate)
            {
                await connection.ExecuteAsync(AgainSql, new { now, endpointId = walk.Endpoint.Id, events }).ConfigureAwait(false);
            }

            await connection.ExecuteAsync(MissedSql, new { now, endpointId = walk.Endpoint.Id, events }).ConfigureAwait(false);
        }

        return 0;
    }

    private static Task<int> MoveAsync(DbConnection connection, Walk walk, long? through) => walk.IsLate
        ? connection.ExecuteAsync("UPDATE webhook_endpoints SET late_after = @through WHERE id = @Id AND late_after = @After", new { through, walk.Endpoint.Id, walk.After })
        : connection.ExecuteAsync(
            "UPDATE webhook_endpoints SET replay_after = @through, replay_until = @end WHERE id = @Id AND replay_after = @After AND replay_until = @Until",
            new { through, end = through is null ? null : (long?)walk.Until, walk.Endpoint.Id, walk.After, walk.Until });

    /// <summary>What one endpoint has still to get of a stretch of the outbox.</summary>
    /// <param name="Endpoint">Whose.</param>
    /// <param name="IsLate">Only what was not queued for it, in its first seconds; else everything once more.</param>
    /// <param name="After">Exclusive.</param>
    /// <param name="Until">Inclusive.</param>
    private sealed record Walk(WebhookEndpoint Endpoint, bool IsLate, long After, long Until);

    private sealed class EventRow
    {
        public long Id { get; set; }

        public long StorefrontId { get; set; }

        public long Type { get; set; }

        public long Waits { get; set; }
    }

    private sealed class AskedRow : WebhookEndpointRows.EndpointRow
    {
        public long? ReplayAfter { get; set; }

        public long? ReplayUntil { get; set; }

        public long? LateAfter { get; set; }

        public IEnumerable<Walk> Walks()
        {
            var endpoint = ToEndpoint();
            if (LateAfter is { } late)
            {
                yield return new Walk(endpoint, true, late, endpoint.LateUntil);
            }

            if (ReplayAfter is { } after && ReplayUntil is { } until)
            {
                yield return new Walk(endpoint, false, after, until);
            }
        }
    }
}
