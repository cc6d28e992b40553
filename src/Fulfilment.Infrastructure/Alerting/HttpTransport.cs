using System.Net;
using System.Text;
using Fulfilment.Core.Alerts.Channels;

namespace Fulfilment.Infrastructure.Alerting;

/// <summary>Sends messages by HTTP: one request each, no redirects, and no more of the answer than is needed to judge it.</summary>
/// <param name="format">How the service wants them.</param>
/// <param name="client">Connects to allowed addresses alone, and follows no redirect.</param>
/// <param name="time">Dates signatures.</param>
/// <param name="secrets">What must not stand in what we tell of an answer.</param>
public sealed class HttpTransport(IMessageFormat format, HttpClient client, TimeProvider time, IReadOnlyList<string> secrets) : IAlertTransport
{
    private const int MostOfAnswer = 4 * 1024, LongestDetail = 300;

    /// <inheritdoc/>
    public async Task<SendAnswer> SendAsync(AlertMessage message, CancellationToken cancellation)
    {
        using var request = format.Write(message, time.GetUtcNow());
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            var body = await ReadAsync(answer, cancellation).ConfigureAwait(false);
            return Judge(answer, body);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new SendAnswer(IsSent: false, Clean(exception.InnerException is IOException inner ? inner.Message : exception.Message));
        }
    }

    private SendAnswer Judge(HttpResponseMessage answer, string body)
    {
        var status = (int)answer.StatusCode;
        if (answer.IsSuccessStatusCode)
        {
            var judged = format.Judge(body);
            return judged with { Detail = Clean($"{status} {judged.Detail}".TrimEnd()) };
        }

        var detail = status is >= 300 and < 400 ? $"{status}: it redirects, which is not followed" : $"{status} {body}".TrimEnd();
        var wait = answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable ? RetryAfter(answer) : null;
        return new SendAnswer(IsSent: false, Clean(detail), wait);
    }

    private TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        var header = answer.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date - time.GetUtcNow());
        return wait is { } asked && asked > TimeSpan.Zero ? (asked < TimeSpan.FromMinutes(30) ? asked : TimeSpan.FromMinutes(30)) : null;
    }

    private static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var stream = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[MostOfAnswer];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    // Services quote what they were sent, tokens among it.
    private string Clean(string text)
    {
        foreach (var secret in secrets)
        {
            text = text.Replace(secret, "…", StringComparison.Ordinal);
        }

        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return line.Length > LongestDetail ? line[..LongestDetail] + "…" : line;
    }
}

/// <summary>The format of a service.</summary>
public interface IMessageFormat
{
    /// <summary>The request that carries the message.</summary>
    HttpRequestMessage Write(AlertMessage message, DateTimeOffset now);

    /// <summary>What the body of a successful answer means.</summary>
    SendAnswer Judge(string body);
}
