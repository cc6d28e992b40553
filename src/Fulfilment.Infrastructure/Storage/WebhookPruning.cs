using System.Data.Common;
using Dapper;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Deletes events and deliveries whose term is over, endpoints that were deleted and secrets that have ended, in pieces that give way to orders.</summary>
internal sealed class WebhookPruning(IDatabase database)
{
    private const int Piece = 1_000;

    internal static string DeliveriesSql(SqlDialect dialect) => $"""
        SELECT max(event_id) FROM (SELECT event_id FROM webhook_deliveries WHERE endpoint_id = @endpointId AND event_id < @before ORDER BY event_id {dialect.Limit("@piece")}) AS piece
        """;

    internal static string EventsSql(SqlDialect dialect) =>
        $"SELECT max(id) FROM (SELECT id FROM outbox WHERE id < @before ORDER BY id {dialect.Limit("@piece")}) AS piece";

    /// <inheritdoc cref="IWebhookDeliveryStore.PruneAsync"/>
    public async Task<long> RunAsync(long beforeEvent, DateTimeOffset now, CancellationToken cancellation)
    {
        var endpoints = await database.ReadAsync(
            async connection => (await connection.QueryAsync<(long Id, long State)>("SELECT id, state FROM webhook_endpoints").ConfigureAwait(false)).AsList(), cancellation).ConfigureAwait(false);
        var deleted = 0L;
        foreach (var (id, state) in endpoints)
        {
            cancellation.ThrowIfCancellationRequested();
            var isDeleted = (EndpointState)state == EndpointState.Deleted;
            deleted += await database.WriteAsync(connection => DeliveriesAsync(connection, id, isDeleted ? long.MaxValue : beforeEvent, isDeleted), WritePriority.Bulk).ConfigureAwait(false);
        }

        deleted += await database.WriteAsync(
            connection => connection.ExecuteAsync("DELETE FROM webhook_secrets WHERE ends_at <= @now", new { now = now.ToUnixTimeMilliseconds() }), WritePriority.Bulk).ConfigureAwait(false);
        return deleted + await database.WriteGuardedAsync(connection => EventsAsync(connection, beforeEvent), WritePriority.Bulk).ConfigureAwait(false);
    }

    private async Task<long> DeliveriesAsync(DbConnection connection, long endpointId, long before, bool isDeleted)
    {
        var through = await connection.ExecuteScalarAsync<long?>(DeliveriesSql(database.Dialect), new { endpointId, before, piece = Piece }).ConfigureAwait(false);
        if (through is not null)
        {
            return await connection.ExecuteAsync(
                "DELETE FROM webhook_deliveries WHERE endpoint_id = @endpointId AND event_id <= @through", new { endpointId, through }).ConfigureAwait(false);
        }

        return isDeleted
            ? await connection.ExecuteAsync("DELETE FROM webhook_endpoints WHERE id = @endpointId AND state = @deleted", new { endpointId, deleted = EndpointState.Deleted }).ConfigureAwait(false)
            : 0;
    }

    // Those that still wait to be queued are kept, whatever their age.
    private async Task<long> EventsAsync(DbConnection connection, long before)
    {
        var through = await connection.ExecuteScalarAsync<long?>(EventsSql(database.Dialect), new { before, piece = Piece }).ConfigureAwait(false);
        return through is null
            ? 0
            : await connection.ExecuteAsync("DELETE FROM outbox WHERE id <= @through AND waiting IS NULL", new { through }).ConfigureAwait(false);
    }
}
