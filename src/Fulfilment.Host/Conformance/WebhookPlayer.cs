using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Host.Conformance;

/// <summary>A webhook as it is sent. What is null or empty is left out.</summary>
/// <param name="Id">Of the event.</param>
/// <param name="At">The time of this sending.</param>
/// <param name="Body">JSON.</param>
/// <param name="Signatures">Made over the three.</param>
internal sealed record SentWebhook(string? Id, DateTimeOffset? At, string Body, string? Signatures);

/// <summary>What an endpoint answered.</summary>
/// <param name="Status">Null: it did not answer.</param>
/// <param name="Words">For the report: <c>answered 500</c>.</param>
internal sealed record WebhookAnswer(int? Status, string Words)
{
    public bool IsAccepted => Status is >= 200 and < 300;

    /// <summary>Refused for good: with any other answer the sender would try again for days.</summary>
    public bool IsRefused => Status is >= 400 and < 500;
}

/// <summary>Sends webhooks to the endpoint under test, good ones and bad ones.</summary>
internal sealed class WebhookPlayer(ConformanceOptions options, HttpClient client, TimeProvider time)
{
    private static readonly TimeSpan UntilRead = TimeSpan.FromMilliseconds(200), UntilNoticed = TimeSpan.FromMilliseconds(300);

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A webhook with a signature of the shared secret.</summary>
    public SentWebhook Sign(string id, string body, DateTimeOffset? at = null, WebhookSecret? secret = null)
    {
        var sentAt = at ?? Now;
        return new SentWebhook(id, sentAt, body, WebhookSignature.Sign(secret ?? options.Secret, id, sentAt, Encoding.UTF8.GetBytes(body)));
    }

    public async Task<WebhookAnswer> SendAsync(SentWebhook webhook)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(webhook.Body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in Headers(webhook))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var patience = new CancellationTokenSource(options.AnswerWithin, time);
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return new WebhookAnswer((int)answer.StatusCode, string.Create(CultureInfo.InvariantCulture, $"answered {(int)answer.StatusCode}"));
        }
        catch (OperationCanceledException)
        {
            return new WebhookAnswer(null, string.Create(CultureInfo.InvariantCulture, $"did not answer within {options.AnswerWithin.TotalSeconds} s"));
        }
        catch (HttpRequestException exception)
        {
            return new WebhookAnswer(null, $"gave no answer ({exception.HttpRequestError})");
        }
    }

    /// <summary>Sends it whole and closes the connection without waiting for the answer, as a network that breaks does.</summary>
    public async Task SendAndCloseAsync(SentWebhook webhook)
    {
        var body = Encoding.UTF8.GetBytes(webhook.Body);
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"POST {options.Url.PathAndQuery} HTTP/1.1\r\nHost: {options.Url.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        foreach (var (name, value) in Headers(webhook))
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(options.Url.IdnHost, options.Url.Port);
            await using var stream = options.Url.Scheme == Uri.UriSchemeHttps ? await SecureAsync(socket.GetStream()) : socket.GetStream();
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body]);
            await stream.FlushAsync();

            // Long enough to be read. Then without a farewell, which some servers would take for the end of a question and not of the connection.
            await Task.Delay(UntilRead, time);
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // What counts is the second sending, which says what is wrong if the endpoint cannot be reached.
        }

        // The endpoint has to notice that we are gone before the next one comes.
        await Task.Delay(UntilNoticed, time);
    }

    private async Task<Stream> SecureAsync(Stream inner)
    {
        var secure = new SslStream(inner);
        await secure.AuthenticateAsClientAsync(options.Url.IdnHost);
        return secure;
    }

    private static IEnumerable<(string Name, string Value)> Headers(SentWebhook webhook)
    {
        if (webhook.Id is { } id)
        {
            yield return (WebhookSignature.IdHeader, id);
        }

        if (webhook.At is { } at)
        {
            yield return (WebhookSignature.TimestampHeader, at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }

        if (webhook.Signatures is { } signatures)
        {
            yield return (WebhookSignature.SignatureHeader, signatures);
        }
    }
}
