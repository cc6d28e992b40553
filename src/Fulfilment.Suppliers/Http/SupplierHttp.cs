using System.Globalization;
using System.Net;
using System.Net.Security;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Suppliers.Http;

/// <summary>
/// HTTP to one supplier. A submission reaches it at most once: .NET sends a request again when a kept connection breaks (a GET, or a POST without content,
/// was seen to arrive four times), so every byte written needs a <see cref="SendRight"/>, and a permit is good for one connection.
/// It answers instead of throwing: what did not arrive whole is unknown, and only what never left this machine is not sent.
/// </summary>
public sealed class SupplierHttp : IDisposable
{
    private const string Refused = "refused", Cancelled = "cancelled", ConnectionLost = "connection_lost";

    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _invoker;

    /// <param name="time">Of time-outs.</param>
    /// <param name="connectTimeout">For the address, the connection and TLS together.</param>
    public SupplierHttp(TimeProvider time, TimeSpan connectTimeout)
        : this(time, connectTimeout, null)
    {
    }

    internal SupplierHttp(
        TimeProvider time, TimeSpan connectTimeout, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect, SslClientAuthenticationOptions? tls = null)
    {
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = connectTimeout,
            ConnectCallback = connect,
            SslOptions = tls ?? new SslClientAuthenticationOptions(),
            MaxResponseHeadersLength = 32,
            MaxResponseDrainSize = 0,

            // A connection that the supplier closes while we write to it makes an unknown, so none is kept for long.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new GuardedStream(context.PlaintextStream)),
        };
        _invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Sends a submission, once.</summary>
    /// <param name="request">Carries content wherever its method allows some.</param>
    /// <param name="permit">Used immediately before the first byte is written.</param>
    /// <param name="totalTimeout">From the first byte to the last of the answer.</param>
    /// <param name="read">Reads a whole answer that is neither a redirect nor a server's error; what it throws for an unreadable one is unknown.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<SupplierAnswer> SubmitAsync(
        HttpRequestMessage request, SendPermit permit, TimeSpan totalTimeout, Func<WholeAnswer, SupplierAnswer> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(permit);
        ArgumentNullException.ThrowIfNull(read);
        OpenTransaction.RequireNone();
        var window = permit.SendBefore - _time.GetUtcNow();
        if (window <= TimeSpan.Zero)
        {
            return new SupplierAnswer.NotSent("send_deadline_passed");
        }

        using var over = new CancellationTokenSource(window + totalTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        SendRight.Once(permit, () => over.CancelAfter(totalTimeout)).Grant();
        var (whole, fault) = await ReceiveAsync(request, RawAnswer.LongestBody, either.Token).ConfigureAwait(false);
        if (whole is not null)
        {
            return Interpret(whole, read);
        }

        if (!permit.IsUsed)
        {
            return new SupplierAnswer.NotSent(fault switch { Refused => "send_deadline_passed", Cancelled => fault, _ => "connect_failed" });
        }

        // A refused write after a permitted one was .NET's second try on another connection, after the first had broken.
        return Unknown(over.IsCancellationRequested ? "timeout" : fault == Refused ? ConnectionLost : fault);
    }

    /// <summary>Asks what became of an attempt. Nothing is changed by it, so it needs no permit.</summary>
    public async Task<SupplierAnswer> QueryAsync(HttpRequestMessage request, Func<WholeAnswer, SupplierAnswer> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        OpenTransaction.RequireNone();
        SendRight.Repeatable().Grant();
        var (whole, fault) = await ReceiveAsync(request, RawAnswer.LongestBody, cancellation).ConfigureAwait(false);
        return whole is not null ? Interpret(whole, read) : Unknown(fault);
    }

    /// <summary>Asks for something that changes nothing, such as a balance; null when no whole answer came.</summary>
    /// <param name="request">The question.</param>
    /// <param name="longestBody">In bytes; a longer one is none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<WholeAnswer?> AskAsync(HttpRequestMessage request, int longestBody, CancellationToken cancellation)
    {
        OpenTransaction.RequireNone();
        SendRight.Repeatable().Grant();
        return (await ReceiveAsync(request, longestBody, cancellation).ConfigureAwait(false)).Whole;
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private static SupplierAnswer.Answered Unknown(string reason, RawAnswer? raw = null) => new(new SupplierOutcome.Unknown(reason), raw);

    private static SupplierAnswer Interpret(WholeAnswer whole, Func<WholeAnswer, SupplierAnswer> read)
    {
        // Also what a gateway in between says, which knows nothing of the order.
        if (whole.Status is < 200 or (>= 300 and < 400) or >= 500)
        {
            return Unknown(string.Create(CultureInfo.InvariantCulture, $"http_{whole.Status}"), whole.Raw);
        }

        try
        {
            return read(whole);
        }
        catch (Exception exception) when (Unreadable.Is(exception))
        {
            return Unknown("unreadable", whole.Raw);
        }
    }

    private async Task<(WholeAnswer? Whole, string Fault)> ReceiveAsync(HttpRequestMessage request, int longestBody, CancellationToken cancellation)
    {
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        try
        {
            using var response = await _invoker.SendAsync(request, cancellation).ConfigureAwait(false);
            var body = await BodyAsync(response.Content, longestBody, cancellation).ConfigureAwait(false);
            return body is null ? (null, "too_long") : (new WholeAnswer((int)response.StatusCode, response.Content.Headers, body), "");
        }
        catch (OperationCanceledException)
        {
            // .NET reports a connection that was not made in time as cancelled too; the permit tells these apart.
            return (null, cancellation.IsCancellationRequested ? Cancelled : ConnectionLost);
        }
        catch (SendRefusedException)
        {
            return (null, Refused);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded)
        {
            return (null, "unreadable");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return (null, ConnectionLost);
        }
    }

    private static async Task<byte[]?> BodyAsync(HttpContent content, int longest, CancellationToken cancellation)
    {
        using var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var body = new MemoryStream();
        var piece = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(piece, cancellation).ConfigureAwait(false)) > 0;)
        {
            body.Write(piece, 0, read);
            if (body.Length > longest)
            {
                return null;
            }
        }

        return body.ToArray();
    }
}
