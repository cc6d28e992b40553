using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Http;

/// <inheritdoc cref="IWebhookSender"/>
public sealed class WebhookSender : IWebhookSender, IDisposable
{
    // Of UTF-8 a character takes four bytes at most; the rest of an answer is never read.
    private const int LongestBody = WebhookAnswer.LongestText;

    private static readonly TimeSpan BodyWithin = TimeSpan.FromSeconds(1);

    private readonly PublicAddressGuard _guard;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _invoker;

    public WebhookSender(PublicAddressGuard guard, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(guard);
        (_guard, _time) = (guard, time);
        _invoker = new HttpMessageInvoker(guard.CreateHandler(WebhookOptions.AnswerWithin));
    }

    /// <inheritdoc/>
    public bool Allows(Uri url) => _guard.Allows(url);

    /// <inheritdoc/>
    public async Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);

        // The setting may have been changed since the endpoint was made.
        if (!_guard.Allows(request.Url))
        {
            return new WebhookAnswer(null, "address_not_public", null);
        }

        using var message = Message(request);
        using var over = new CancellationTokenSource(WebhookOptions.AnswerWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            using var response = await _invoker.SendAsync(message, either.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            var text = await BeginningAsync(response.Content, either.Token).ConfigureAwait(false);
            return new WebhookAnswer(status, status is >= 300 and < 400 ? "redirect" : null, text);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new WebhookAnswer(null, "timeout", null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new WebhookAnswer(null, Fault(exception), null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private static HttpRequestMessage Message(WebhookRequest request)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, request.Url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(request.Body),
        };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", "fulfilment-webhooks/1");
        message.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, request.Id);
        message.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, request.At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        message.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, request.Signatures);
        return message;
    }

    // The status decides; a body that is slow, broken or endless takes nothing away from it.
    private async Task<string?> BeginningAsync(HttpContent content, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(BodyWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        var (body, length) = (new byte[LongestBody], 0);
        try
        {
            using var stream = await content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            for (int read; length < LongestBody && (read = await stream.ReadAsync(body.AsMemory(length), either.Token).ConfigureAwait(false)) > 0;)
            {
                length += read;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // What has come is kept.
        }

        return length == 0 ? null : Sanitised(body.AsSpan(0, length));
    }

    private static string Sanitised(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder(body.Length);
        foreach (var c in Encoding.UTF8.GetString(body))
        {
            text.Append(char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c);
        }

        return text.ToString();
    }

    private static string Fault(Exception exception) => exception switch
    {
        HttpRequestException { InnerException: AddressNotPublicException } => "address_not_public",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "name_not_found",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => "name_not_found",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or HttpRequestException { InnerException: AuthenticationException } => "tls_failed",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => "unreadable",
        _ => "connection_failed",
    };
}
