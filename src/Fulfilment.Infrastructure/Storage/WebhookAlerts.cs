using System.Data.Common;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The alert about a paused endpoint.</summary>
internal static class WebhookAlerts
{
    public static Task RaiseAsync(DbConnection connection, WebhookEndpoint endpoint, PauseReason reason, long alertId, DateTimeOffset now) => AlertStore.RaiseAsync(
        connection,
        new NewAlert(
            AlertKind.EndpointPaused, AlertSeverity.Warning, WebhookEndpointRows.Subject(endpoint.Id), KeyOf(endpoint.Id),
            reason == PauseReason.Gone
                ? $"The webhook endpoint {PublicId.Format(PublicId.WebhookEndpoint, endpoint.Id)} answered 410 Gone; its events wait."
                : $"The webhook endpoint {PublicId.Format(PublicId.WebhookEndpoint, endpoint.Id)} took no event for three days; its events wait."),
        alertId, now);

    public static Task ResolveAsync(DbConnection connection, long endpointId, DateTimeOffset now) => AlertStore.ResolveAsync(connection, KeyOf(endpointId), now);

    private static string KeyOf(long endpointId) => $"endpoint-paused:{endpointId}";
}
