using System.Collections.Concurrent;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Host.Certification;

/// <summary>Takes callbacks in while a supplier is certified, and answers them as the engine would.</summary>
internal sealed class CallbackListener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(CallbackRequest Request, ParsedCallback Parsed)> _received = new();

    private CallbackListener(WebApplication app) => _app = app;

    /// <summary>Where suppliers are to call.</summary>
    public string Address => $"{_app.Urls.First()}/callbacks";

    /// <summary>Whose callbacks they are; set once the supplier knows the address.</summary>
    public ISupplier? Supplier { get; set; }

    /// <exception cref="SetupException">Something else listens there.</exception>
    public static async Task<CallbackListener> StartAsync(string listen, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(listen);
        var listener = new CallbackListener(builder.Build());
        listener._app.Map("/callbacks", listener.TakeAsync);
        await listener._app.ListenAsync(cancellation);
        return listener;
    }

    /// <summary>The first verified callback for a number, once there is one; null: none came in time.</summary>
    public async Task<(CallbackRequest Request, ParsedCallback.Verified Parsed)?> WaitAsync(string reference, TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < atMost)
        {
            foreach (var (request, parsed) in _received)
            {
                if (parsed is ParsedCallback.Verified verified && verified.Reference == reference)
                {
                    return (request, verified);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
        }

        return null;
    }

    /// <summary>Why callbacks were refused, if any were.</summary>
    public IReadOnlyList<string> Refusals => [.. _received.Select(callback => callback.Parsed).OfType<ParsedCallback.Refused>().Select(refused => refused.Reason)];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var request = new CallbackRequest
        {
            Method = http.Request.Method,
            QueryString = http.Request.QueryString.Value ?? "",
            Headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = body.ToArray(),
        };
        if (Supplier is null)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        var parsed = Supplier.ParseCallback(request);
        _received.Enqueue((request, parsed));
        var reply = parsed switch { ParsedCallback.Verified verified => verified.Reply, ParsedCallback.Refused refused => refused.Reply, _ => throw new InvalidOperationException() };
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = reply.ContentType;
        await http.Response.WriteAsync(reply.Body, http.RequestAborted);
    }
}
