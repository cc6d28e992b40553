using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Alerting;

/// <summary>A robot in a group of DingTalk. With a secret, time in milliseconds and signature stand in the query. 20 messages a minute, or ten minutes of silence.</summary>
public sealed class DingTalkFormat(Uri url, string? secret) : IMessageFormat
{
    private const int MostBytes = 15_000, TooFast = 130101;

    /// <inheritdoc/>
    public HttpRequestMessage Write(AlertMessage message, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Robot.Post(Sign(now), new
        {
            msgtype = "markdown",
            markdown = new { title = RobotText.Escape(message.Text.Title), text = RobotText.Markdown(message.Text, "\n\n", MostBytes) },
        });
    }

    /// <inheritdoc/>
    public SendAnswer Judge(string body) => Robot.Judge(body, "errcode", "errmsg", code => code == TooFast ? TimeSpan.FromMinutes(10) : null);

    private Uri Sign(DateTimeOffset now)
    {
        if (secret is null)
        {
            return url;
        }

        var timestamp = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}\n{secret}")));
        return new Uri($"{url.AbsoluteUri}{(url.Query.Length > 0 ? '&' : '?')}timestamp={timestamp}&sign={Uri.EscapeDataString(signature)}");
    }
}

/// <summary>A robot in a group of WeCom; its address is its secret. 20 messages a minute.</summary>
public sealed class WeComFormat(Uri url) : IMessageFormat
{
    private const int MostBytes = 4_096, TooFast = 45009;

    /// <inheritdoc/>
    public HttpRequestMessage Write(AlertMessage message, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Robot.Post(url, new { msgtype = "markdown", markdown = new { content = RobotText.Markdown(message.Text, "\n", MostBytes) } });
    }

    /// <inheritdoc/>
    public SendAnswer Judge(string body) => Robot.Judge(body, "errcode", "errmsg", code => code == TooFast ? TimeSpan.FromMinutes(1) : null);
}

/// <summary>A robot in a group of Feishu. With a secret, time in seconds and signature stand in the body. Bodies of at most 20 KB, 100 messages a minute.</summary>
public sealed class FeishuFormat(Uri url, string? secret) : IMessageFormat
{
    private const int MostBytes = 15_000, TooFast = 11232;

    /// <inheritdoc/>
    public HttpRequestMessage Write(AlertMessage message, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);

        // Even its plain text knows tags, such as those that call everybody.
        var text = RobotText.Plain(message.Text, MostBytes).Replace('<', '＜').Replace('>', '＞');
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return secret is null
            ? Robot.Post(url, new { msg_type = "text", content = new { text } })
            : Robot.Post(url, new { timestamp, sign = Sign(timestamp, secret), msg_type = "text", content = new { text } });
    }

    /// <inheritdoc/>
    public SendAnswer Judge(string body) => Robot.Judge(body, "code", "msg", code => code == TooFast ? TimeSpan.FromMinutes(1) : null);

    // Time and secret are the key here, and nothing is signed with it.
    private static string Sign(string timestamp, string secret) => Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes($"{timestamp}\n{secret}"), Array.Empty<byte>()));
}

/// <summary>What robots have in common.</summary>
internal static class Robot
{
    public static HttpRequestMessage Post<T>(Uri url, T body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(StorageJson.Write(body))) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        return request;
    }

    /// <summary>They answer 200 whatever happens; only a code of zero is success.</summary>
    public static SendAnswer Judge(string body, string codeName, string messageName, Func<long, TimeSpan?> wait)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var answer = document.RootElement;
            if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(codeName, out var value) && value.TryGetInt64(out var code))
            {
                var text = answer.TryGetProperty(messageName, out var message) && message.ValueKind == JsonValueKind.String ? message.GetString() : "";
                return new SendAnswer(code == 0, $"{codeName} {code} {text}".TrimEnd(), code == 0 ? null : wait(code));
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Said below.
        }

        return new SendAnswer(IsSent: false, $"an answer without {codeName}: {body}");
    }
}
