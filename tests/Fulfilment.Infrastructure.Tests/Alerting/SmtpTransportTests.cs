using System.Text;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Infrastructure.Alerting;
using Fulfilment.Infrastructure.Http;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>Mail, against a server that listens here.</summary>
public sealed class SmtpTransportTests : IDisposable
{
    private readonly SmtpReceiver _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mail_GoesEncrypted_WithNameAndPassword(bool tlsFromStart)
    {
        _server.TlsFromStart = tlsFromStart;
        Assert.Equal(new SendAnswer(IsSent: true, "250 queued as 1"), await SendAsync(tlsFromStart ? "smtps" : "smtp"));

        Assert.Equal(tlsFromStart ? [] : ["EHLO example.com", "STARTTLS"], _server.Lines.Where(line => !line.StartsWith("tls ", StringComparison.Ordinal)));
        Assert.Contains($"tls AUTH PLAIN {Convert.ToBase64String("\0ops\0s3cret"u8)}", _server.Lines);
        Assert.Contains("tls RCPT TO:<li@example.com>", _server.Lines);
        Assert.Contains("tls RCPT TO:<wang@example.com>", _server.Lines);

        var mail = Assert.Single(_server.Mails);
        var (head, body) = (mail[..mail.IndexOf("\n\n", StringComparison.Ordinal)], mail[mail.IndexOf("\n\n", StringComparison.Ordinal)..]);
        var subject = string.Concat(head.Split('\n').SkipWhile(line => !line.StartsWith("Subject:", StringComparison.Ordinal)).TakeWhile(line => !line.StartsWith("Date:", StringComparison.Ordinal))
            .Select(line => Encoding.UTF8.GetString(Convert.FromBase64String(line[(line.IndexOf("?B?", StringComparison.Ordinal) + 3)..line.LastIndexOf("?=", StringComparison.Ordinal)]))));
        Assert.Equal("[严重] 存疑明细已无法查单", subject);
        Assert.Contains("Whether acme issued it", Encoding.UTF8.GetString(Convert.FromBase64String(body.Replace("\n", "", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.All(mail.Split('\n'), line => Assert.True(line.Length <= 78 && line.All(char.IsAscii), line));
    }

    [Fact]
    public async Task ServerWithoutTls_GetsNothing_UnlessThatIsSet()
    {
        _server.Answers["STARTTLS"] = "502 not here";
        Assert.Equal(new SendAnswer(IsSent: false, "502 not here"), await SendAsync("smtp"));
        Assert.DoesNotContain(_server.Lines, line => line.Contains("AUTH", StringComparison.Ordinal));
        Assert.Empty(_server.Mails);

        Assert.True((await SendAsync("smtp", "?tls=off", user: null)).IsSent);
        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task OldServer_IsLoggedInToWithLogin()
    {
        _server.Offers = "250 AUTH LOGIN";
        Assert.True((await SendAsync("smtp")).IsSent);
        Assert.Contains($"tls {Convert.ToBase64String("s3cret"u8)}", _server.Lines);
    }

    [Fact]
    public async Task RefusedRecipient_KeepsNoOtherFromTheMail_AndRefusedMailIsAFailure()
    {
        _server.Answers["RCPT TO:<li@"] = "550 nobody here";
        Assert.Equal(new SendAnswer(IsSent: true, "250 queued as 1; one recipient refused: 550 nobody here"), await SendAsync("smtp"));

        _server.Answers["RCPT TO:<wang@"] = "550 nobody there";
        Assert.Equal(new SendAnswer(IsSent: false, "550 nobody there"), await SendAsync("smtp"));
        _server.Answers.Clear();
        _server.Answers["."] = "554 spam";
        Assert.Equal(new SendAnswer(IsSent: false, "554 spam"), await SendAsync("smtp"));
        _server.Answers.Clear();
        _server.Answers["AUTH"] = "535 wrong password";
        Assert.Equal(new SendAnswer(IsSent: false, "535 wrong password"), await SendAsync("smtp"));
    }

    [Fact]
    public async Task ForeignCertificate_PrivateAddress_AndAbsentServer_AreFailures()
    {
        Assert.False((await SendAsync("smtp", trust: false)).IsSent);
        Assert.Empty(_server.Mails);
        Assert.Equal("The host's address is not public.", (await SendAsync("smtp", allowPrivate: false)).Detail);
        _server.Dispose();
        Assert.False((await SendAsync("smtp")).IsSent);
    }

    private Task<SendAnswer> SendAsync(string scheme, string query = "", string? user = "ops", bool trust = true, bool allowPrivate = true)
    {
        var server = new SmtpServer(new Uri($"{scheme}://127.0.0.1:{_server.Port}{query}"), user, "s3cret");
#pragma warning disable CA5359 // The listener signs its own certificate.
        var transport = new SmtpTransport(
            server, "alerts@example.com", ["li@example.com", "wang@example.com"], new PublicAddressGuard(allowPrivate), trust ? (_, _, _, _) => true : null);
#pragma warning restore CA5359
        return transport.SendAsync(HttpTransportTests.Message(1, "Whether acme issued it cannot be asked any more."), CancellationToken.None);
    }
}
