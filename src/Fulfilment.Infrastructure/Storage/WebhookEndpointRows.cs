using System.Data.Common;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads <c>webhook_endpoints</c> and <c>webhook_secrets</c>, for the stores of both endpoints and deliveries.</summary>
internal static class WebhookEndpointRows
{
    public const string Columns = """
        e.id AS Id, e.storefront_id AS StorefrontId, e.url AS Url, e.types AS Types, e.state AS State, e.paused_at AS PausedAt, e.pause_reason AS PauseReason,
        e.resumed_at AS ResumedAt, e.last_success_at AS LastSuccessAt
        """;

    private const string SecretsSql = """
        SELECT endpoint_id AS EndpointId, id AS Id, secret AS Secret FROM webhook_secrets
        WHERE endpoint_id IN @endpoints AND (ends_at IS NULL OR ends_at > @now) ORDER BY endpoint_id, id DESC
        """;

    /// <summary>The endpoint, unless it is deleted or another storefront's.</summary>
    public static async Task<WebhookEndpoint?> FindAsync(DbConnection connection, long id, long? storefrontId)
    {
        var row = await connection.QuerySingleOrDefaultAsync<EndpointRow>(
            $"SELECT {Columns} FROM webhook_endpoints AS e WHERE e.id = @id AND e.state < @deleted", new { id, deleted = EndpointState.Deleted }).ConfigureAwait(false);
        return row is null || (storefrontId is { } own && own != row.StorefrontId) ? null : row.ToEndpoint();
    }

    /// <summary>Endpoints with the secrets that are live.</summary>
    public static async Task<Dictionary<long, DeliveryTarget>> TargetsAsync(DbConnection connection, IReadOnlyCollection<WebhookEndpoint> endpoints, DateTimeOffset now)
    {
        if (endpoints.Count == 0)
        {
            return [];
        }

        var secrets = (await connection.QueryAsync<SecretRow>(
            SecretsSql, new { endpoints = endpoints.Select(endpoint => endpoint.Id).ToList(), now = now.ToUnixTimeMilliseconds() }).ConfigureAwait(false)).ToLookup(row => row.EndpointId);
        return endpoints.ToDictionary(
            endpoint => endpoint.Id,
            endpoint => new DeliveryTarget(endpoint, [.. secrets[endpoint.Id].Select(row => new ProtectedSecret(row.Id, row.Secret))]));
    }

    /// <summary>As the audit keeps it; an address may hold a secret behind its question mark.</summary>
    public static string Image(WebhookEndpoint endpoint) => StorageJson.Write(new
    {
        Url = endpoint.Url.Split('?')[0],
        Types = endpoint.Types?.Select(WebhookTypes.NameOf),
        endpoint.State,
        endpoint.PauseReason,
    });

    /// <summary>Of an audit entry or alert.</summary>
    public static string Subject(long endpointId) => $"webhookEndpoint:{PublicId.Format(PublicId.WebhookEndpoint, endpointId)}";

    internal class EndpointRow
    {
        public long Id { get; set; }

        public long StorefrontId { get; set; }

        public string Url { get; set; } = "";

        public string? Types { get; set; }

        public long State { get; set; }

        public long? PausedAt { get; set; }

        public long? PauseReason { get; set; }

        public long? ResumedAt { get; set; }

        public long? LastSuccessAt { get; set; }

        public WebhookEndpoint ToEndpoint() =>
            new(Id, StorefrontId, Url, Types is null ? null : [.. StorageJson.Read<int[]>(Types).Select(type => (WebhookEvent)type)], (EndpointState)State)
            {
                PausedAt = Time(PausedAt),
                PauseReason = (PauseReason?)PauseReason,
                ResumedAt = Time(ResumedAt),
                LastSuccessAt = Time(LastSuccessAt),
            };

        private static DateTimeOffset? Time(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
    }

    private sealed class SecretRow
    {
        public long EndpointId { get; set; }

        public long Id { get; set; }

        public byte[] Secret { get; set; } = [];
    }
}
