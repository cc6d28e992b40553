using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Fulfilment.Suppliers.Tests.Servers;

/// <summary>One connection of a <see cref="RawServer"/>; it is closed when the conversation returns.</summary>
public sealed class RawConnection(RawServer server, TcpClient client, int number) : IDisposable
{
    private readonly Socket _socket = client.Client;
    private Stream _stream = client.GetStream();

    /// <summary>The first one is 1.</summary>
    public int Number => number;

    /// <summary>Everything else is said inside TLS.</summary>
    public async Task SecureAsync(X509Certificate2 certificate)
    {
        var secure = new SslStream(_stream);
        await secure.AuthenticateAsServerAsync(certificate);
        _stream = secure;
    }

    /// <summary>A whole request; null when none came. What breaks off in the middle is kept as an arrival too.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        var text = new StringBuilder();
        var piece = new byte[16 * 1024];
        while (!IsWhole(text.ToString()))
        {
            int read;
            try
            {
                read = await _stream.ReadAsync(piece);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                read = 0;
            }

            if (read == 0)
            {
                if (text.Length > 0)
                {
                    server.Keep(text.ToString());
                }

                return null;
            }

            text.Append(Encoding.Latin1.GetString(piece, 0, read));
        }

        server.Keep(text.ToString());
        return text.ToString();
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    /// <summary>Until the client closes.</summary>
    public async Task WaitForEndAsync()
    {
        while (await _stream.ReadAsync(new byte[1024]) > 0)
        {
            // Whatever it still says.
        }
    }

    /// <summary>Closes so that the client sees a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        client.Close();
    }

    public void Dispose() => client.Dispose();

    private static bool IsWhole(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var head = text[..end];
        if (head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            return text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        }

        const string Length = "Content-Length:";
        var at = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        return at < 0 || text.Length - end - 4 >= int.Parse(head[(at + Length.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
    }
}
