using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>A service that takes messages over real HTTP, and answers as a test wants.</summary>
internal sealed class HttpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();

    public HttpReceiver()
    {
        // A port that is free; another process may take it in between, which the constructor then says.
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Url = new Uri($"http://127.0.0.1:{port}/robot/send?access_token=tok0123456789abcdef");
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Url { get; }

    public ConcurrentQueue<Received> All { get; } = new();

    /// <summary>Status, body and, for a redirect, where to; null: no answer at all.</summary>
    public Func<Received, (int Status, string Body)?> Answer { get; set; } = _ => (200, """{"errcode":0,"errmsg":"ok","code":0}""");

    /// <summary>Waits for so many requests.</summary>
    public async Task<IReadOnlyList<Received>> WaitForAsync(int count)
    {
        await Eventually.UntilAsync(() => Task.FromResult(All.Count >= count));
        return [.. All];
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await TakeAsync(await _listener.GetContextAsync());
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The test is over, or the client has gone.
            }
        }
    }

    private async Task TakeAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var headers = context.Request.Headers.AllKeys.OfType<string>().ToDictionary(name => name, name => context.Request.Headers[name]!, StringComparer.OrdinalIgnoreCase);
        var received = new Received(context.Request.Url!, headers, await reader.ReadToEndAsync());
        All.Enqueue(received);
        if (Answer(received) is not { } answer)
        {
            return;
        }

        context.Response.StatusCode = answer.Status;
        if (answer.Status is >= 300 and < 400)
        {
            context.Response.RedirectLocation = new Uri(Url, "/elsewhere").AbsoluteUri;
        }

        var body = Encoding.UTF8.GetBytes(answer.Body);
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }
}

/// <summary>A request as it came.</summary>
internal sealed record Received(Uri Url, IReadOnlyDictionary<string, string> Headers, string Body);
