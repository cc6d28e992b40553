using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Fulfilment.Suppliers.Tests.Servers;

/// <summary>A TCP server on this machine that does with each connection what a test says, and keeps every request of which a byte arrived.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly ConcurrentBag<RawConnection> _open = [];
    private readonly Func<RawConnection, Task> _behave;
    private readonly X509Certificate2? _certificate;
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _accepting;
    private int _connections;

    /// <param name="behave">What to do with each connection.</param>
    /// <param name="certificate">Of TLS; null: without.</param>
    public RawServer(Func<RawConnection, Task> behave, X509Certificate2? certificate = null)
    {
        (_behave, _certificate) = (behave, certificate);
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public IReadOnlyList<string> Requests => [.. _requests];

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Until another request has arrived.</summary>
    public Task ArrivalAsync() => _arrived.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>An address at which nobody listens.</summary>
    public static Uri Nobody()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}/");
    }

    /// <summary>A whole answer.</summary>
    public static string Answer(int status, string contentType, string body) =>
        $"HTTP/1.1 {status} Said\r\nContent-Type: {contentType}\r\nContent-Length: {System.Text.Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var connection in _open)
        {
            connection.Dispose();
        }

        await Task.WhenAll(_conversations);
        _arrived.Dispose();
    }

    internal void Keep(string request)
    {
        _requests.Enqueue(request);
        _arrived.Release();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new RawConnection(this, await _listener.AcceptTcpClientAsync(), Interlocked.Increment(ref _connections));
                _open.Add(connection);
                _conversations.Add(ConverseAsync(connection));
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ConverseAsync(RawConnection connection)
    {
        await Task.Yield();
        try
        {
            if (_certificate is not null)
            {
                await connection.SecureAsync(_certificate);
            }

            await _behave(connection);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or ObjectDisposedException or SocketException)
        {
            // The client has gone.
        }
        finally
        {
            connection.Dispose();
        }
    }
}
