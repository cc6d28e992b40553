using System.Globalization;
using System.Net.Security;
using System.Text;

namespace Fulfilment.Infrastructure.Alerting;

/// <summary>A conversation with a mail server.</summary>
internal sealed class SmtpSession(Stream connection, CancellationToken cancellation) : IAsyncDisposable
{
    private const int LongestLine = 2_000, MostLines = 64;

    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream = connection;
    private int _from, _until;

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    public async Task EncryptAsync(string host, RemoteCertificateValidationCallback? certificates)
    {
        // What came before TLS may be somebody else's: it must not be taken for an answer that came inside it.
        if (_from < _until)
        {
            throw new SmtpRefusedException("the server spoke before TLS had begun");
        }

        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = certificates }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Says a line and gives the answer, which must have the code.</summary>
    /// <exception cref="SmtpRefusedException">It has another.</exception>
    public async Task<string> SayAsync(string line, int expected)
    {
        await WriteAsync(line + "\r\n").ConfigureAwait(false);
        return await ExpectAsync(expected).ConfigureAwait(false);
    }

    public Task WriteAsync(string text) => _stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation).AsTask();

    public async Task<string> ExpectAsync(int expected)
    {
        var answer = new StringBuilder();
        for (var i = 0; i < MostLines; i++)
        {
            var line = await ReadLineAsync().ConfigureAwait(false);
            answer.Append(answer.Length == 0 ? "" : "\n").Append(line);
            if (line.Length < 4 || line[3] != '-')
            {
                var text = answer.ToString();
                return line.StartsWith(expected.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) ? text : throw new SmtpRefusedException(Shorten(text));
            }
        }

        throw new SmtpRefusedException("an answer without end");
    }

    public async Task LogInAsync(string user, string password, string offers)
    {
        if (offers.Contains("PLAIN", StringComparison.OrdinalIgnoreCase) || !offers.Contains("LOGIN", StringComparison.OrdinalIgnoreCase))
        {
            await SayAsync($"AUTH PLAIN {Base64($"\0{user}\0{password}")}", 235).ConfigureAwait(false);
            return;
        }

        await SayAsync("AUTH LOGIN", 334).ConfigureAwait(false);
        await SayAsync(Base64(user), 334).ConfigureAwait(false);
        await SayAsync(Base64(password), 235).ConfigureAwait(false);
    }

    /// <summary>The message is taken by now, whatever the server makes of a farewell.</summary>
    public async Task LeaveAsync()
    {
        try
        {
            await WriteAsync("QUIT\r\n").ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has gone first.
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Shorten(string answer) => answer.Length > 200 ? answer[..200] + "…" : answer;

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (line.Length < LongestLine)
        {
            if (_from == _until)
            {
                (_from, _until) = (0, await _stream.ReadAsync(_buffer, cancellation).ConfigureAwait(false));
                if (_until == 0)
                {
                    throw new SmtpRefusedException("the server closed the connection");
                }
            }

            var c = (char)_buffer[_from++];
            if (c == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(c is '\r' or >= ' ' and <= '~' ? c : '?');
        }

        throw new SmtpRefusedException("an answer of no mail server");
    }
}

/// <summary>A mail server did not do what it was asked for.</summary>
public sealed class SmtpRefusedException(string message) : Exception(message);
