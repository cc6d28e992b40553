using System.Data.Common;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Queues events once more, piece by piece: it walks the outbox by its key, since an index by storefront would cost every order something. What waits already
/// stays as it is, for a worker may be sending it; what the outbox still has to queue comes by itself.
/// </summary>
internal sealed class WebhookReplays(IDatabase database)
{
    private const int EventsAtOnce = 2_000, IdsAtOnce = 500;

    internal const string AgainSql = """
        UPDATE webhook_deliveries SET state = 10, due_at = @now, queued_at = @now, attempts = 0
        WHERE endpoint_id = @endpointId AND state IN (20, 21) AND event_id IN @events
        """;

    internal const string MissedSql = """
        INSERT INTO webhook_deliveries (endpoint_id, event_id, state, due_at, queued_at, attempts)
        SELECT @endpointId, o.id, 10, @now, @now, 0 FROM outbox AS o
        WHERE o.id IN @events AND NOT EXISTS (SELECT 1 FROM webhook_deliveries AS d WHERE d.endpoint_id = @endpointId AND d.event_id = o.id)
        """;

    internal static string EventsSql(SqlDialect dialect) => $"""
        SELECT o.id AS Id, o.storefront_id AS StorefrontId, o.type AS Type, CASE WHEN o.waiting = 1 THEN 1 ELSE 0 END AS Waits
        FROM outbox AS o WHERE o.id > @after AND o.id <= @until ORDER BY o.id {dialect.Limit("@limit")}
        """;

    /// <inheritdoc cref="IWebhookDeliveryStore.ReplayAsync"/>
    public async Task<bool> RunAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var asked = await database.ReadAsync(
            async connection => (await connection.QueryAsync<ReplayRow>(
                $"SELECT {WebhookEndpointRows.Columns}, e.replay_after AS ReplayAfter, e.replay_until AS ReplayUntil FROM webhook_endpoints AS e WHERE e.replay_until <= @until AND e.state < @deleted",
                new { until = IdGenerator.FirstAt(now), deleted = EndpointState.Deleted }).ConfigureAwait(false)).AsList(),
            cancellation).ConfigureAwait(false);

        // One piece a look, of whoever is furthest back: between two, what is new is queued for everybody.
        if (asked.MinBy(replay => replay.ReplayAfter) is { } furthest)
        {
            await RunAsync(furthest, now.ToUnixTimeMilliseconds(), cancellation).ConfigureAwait(false);
        }

        return asked.Count > 0;
    }

    private async Task RunAsync(ReplayRow replay, long now, CancellationToken cancellation)
    {
        var events = await database.ReadAsync(
            async connection => (await connection.QueryAsync<EventRow>(
                EventsSql(database.Dialect), new { after = replay.ReplayAfter, until = replay.ReplayUntil, limit = EventsAtOnce }).ConfigureAwait(false)).AsList(),
            cancellation).ConfigureAwait(false);
        var endpoint = replay.ToEndpoint();
        var wanted = events.Where(one => one.Waits == 0 && (one.StorefrontId == 0 || one.StorefrontId == endpoint.StorefrontId) && endpoint.Wants((WebhookEvent)one.Type))
            .Select(one => one.Id).ToList();
        long? through = events.Count < EventsAtOnce ? null : events[^1].Id;
        try
        {
            await database.WriteAsync(connection => WriteAsync(connection, replay, wanted, through, now), WritePriority.Bulk).ConfigureAwait(false);
        }
        catch (StorageConflictException)
        {
            // Another node did this piece, or somebody has asked for more.
        }
    }

    private static async Task<int> WriteAsync(DbConnection connection, ReplayRow replay, List<long> wanted, long? through, long now)
    {
        // A replay in an endpoint's first seconds took the place of what LateUntil is for: that still has to be queued once they are over.
        var (after, until) = through is not null ? (through, replay.ReplayUntil)
            : replay.ReplayUntil < replay.ToEndpoint().LateUntil ? (replay.ReplayUntil, replay.ToEndpoint().LateUntil)
            : ((long?)null, (long?)null);
        var moved = await connection.ExecuteAsync(
            "UPDATE webhook_endpoints SET replay_after = @after, replay_until = @until WHERE id = @Id AND replay_after = @ReplayAfter AND replay_until = @ReplayUntil",
            new { after, until, replay.Id, replay.ReplayAfter, replay.ReplayUntil }).ConfigureAwait(false);
        if (moved == 0)
        {
            throw new StorageConflictException();
        }

        foreach (var events in wanted.Chunk(IdsAtOnce))
        {
            if (replay.ReplayUntil != replay.ToEndpoint().LateUntil)
            {
                await connection.ExecuteAsync(AgainSql, new { now, endpointId = replay.Id, events }).ConfigureAwait(false);
            }

            await connection.ExecuteAsync(MissedSql, new { now, endpointId = replay.Id, events }).ConfigureAwait(false);
        }

        return 0;
    }

    private sealed class EventRow
    {
        public long Id { get; set; }

        public long StorefrontId { get; set; }

        public long Type { get; set; }

        public long Waits { get; set; }
    }

    internal sealed class ReplayRow : WebhookEndpointRows.EndpointRow
    {
        public long ReplayAfter { get; set; }

        public long ReplayUntil { get; set; }
    }
}
