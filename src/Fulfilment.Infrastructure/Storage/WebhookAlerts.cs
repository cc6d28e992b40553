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
            Describe(PublicId.Format(PublicId.WebhookEndpoint, endpoint.Id), reason)),
        alertId, now);

    public static Task ResolveAsync(DbConnection connection, long endpointId, DateTimeOffset now) => AlertStore.ResolveAsync(connection, KeyOf(endpointId), now);

    private static AlertText Describe(string id, PauseReason reason) => reason == PauseReason.Gone
        ? AlertText.Of($"The webhook endpoint {id} answered 410 Gone; its events wait.", $"通知地址 {id} 返回 410 Gone;其通知等待推送。")
        : AlertText.Of($"The webhook endpoint {id} took no event for three days; its events wait.", $"通知地址 {id} 已三天未接收任何通知;其通知等待推送。");

    private static string KeyOf(long endpointId) => $"endpoint-paused:{endpointId}";
}
