using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Alerting;

/// <summary>JSON for programs, signed as Standard Webhooks says where there is a secret; any 2xx is success.</summary>
public sealed class WebhookFormat(Uri url, WebhookSecret? secret) : IMessageFormat
{
    /// <inheritdoc/>
    public HttpRequestMessage Write(AlertMessage message, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);
        var body = Encoding.UTF8.GetBytes(StorageJson.Write(new
        {
            Type = "alerts",
            Timestamp = Text(message.At),
            Data = new
            {
                message.Text.Title,
                message.Severity,
                message.Group,
                message.Count,
                message.AtStake,
                Alerts = message.Items.Select(Show),
            },
        }));
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(WebhookSignature.IdHeader, message.Id);
        request.Headers.Add(WebhookSignature.TimestampHeader, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (secret is not null)
        {
            request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, message.Id, now, body));
        }

        return request;
    }

    /// <inheritdoc/>
    public SendAnswer Judge(string body) => new(IsSent: true, "");

    private static object Show(AlertItem item) => new
    {
        Id = PublicId.Format(PublicId.Alert, item.Alert.Id),
        item.Event,
        item.Alert.Kind,
        item.Alert.Severity,
        item.Alert.Status,
        item.Alert.Subject,
        Cause = item.Alert.Cause.English,
        AlertGuide.Of(item.Alert.Kind).English.NextStep,
        item.Link,
        item.Alert.Group,
        item.Alert.AtStake,
        item.Alert.Count,
        OpenedAt = Text(item.Alert.OpenedAt),
        ResolvedAt = item.Alert.Resolved is { } resolved ? Text(resolved.At) : null,
    };

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
