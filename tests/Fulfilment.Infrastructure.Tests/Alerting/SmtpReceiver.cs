using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>A mail server that listens on this machine, and speaks as a test wants.</summary>
internal sealed class SmtpReceiver : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;

    public SmtpReceiver()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public bool TlsFromStart { get; set; }

    public string Offers { get; set; } = "250-PIPELINING\r\n250-STARTTLS\r\n250 AUTH LOGIN PLAIN";

    /// <summary>Answers to lines that begin so, instead of the usual ones.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    public ConcurrentQueue<string> Lines { get; } = new();

    public ConcurrentQueue<string> Mails { get; } = new();

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await TalkAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        try
        {
            Stream stream = client.GetStream();
            stream = TlsFromStart ? await EncryptAsync(stream) : stream;
            await SayAsync(stream, "220 mail ready");
            while (await ReadLineAsync(stream) is { } line)
            {
                Lines.Enqueue(stream is SslStream ? $"tls {line}" : line);
                if (line == "QUIT")
                {
                    return;
                }

                var answer = Answers.FirstOrDefault(known => line.StartsWith(known.Key, StringComparison.Ordinal)).Value ?? Usual(line);
                await SayAsync(stream, answer);
                stream = line == "STARTTLS" && answer.StartsWith("220", StringComparison.Ordinal) ? await EncryptAsync(stream) : stream;
                if (answer.StartsWith("354", StringComparison.Ordinal))
                {
                    await TakeMailAsync(stream);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client did not like it.
        }
    }

    private string Usual(string line) => line.Split(' ', ':')[0] switch
    {
        "EHLO" => Offers.Contains('\n', StringComparison.Ordinal) ? $"250-mail\r\n{Offers}" : Offers,
        "STARTTLS" => "220 go on",
        "AUTH" when line == "AUTH LOGIN" => "334 VXNlcm5hbWU6",
        "AUTH" => "235 welcome",
        "DATA" => "354 go on",
        "MAIL" or "RCPT" => "250 ok",
        _ => Lines.Any(said => said.EndsWith("AUTH LOGIN", StringComparison.Ordinal)) && line == Convert.ToBase64String("ops"u8) ? "334 UGFzc3dvcmQ6" : "235 welcome",
    };

    private async Task TakeMailAsync(Stream stream)
    {
        var mail = new StringBuilder();
        while (await ReadLineAsync(stream) is { } line and not ".")
        {
            mail.Append(line).Append('\n');
        }

        Mails.Enqueue(mail.ToString());
        await SayAsync(stream, Answers.GetValueOrDefault(".", "250 queued as 1"));
    }

    private async Task<Stream> EncryptAsync(Stream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(_certificate);
        return tls;
    }

    private static Task SayAsync(Stream stream, string line) => stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n")).AsTask();

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) > 0)
        {
            if (one[0] == '\n')
            {
                return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}
