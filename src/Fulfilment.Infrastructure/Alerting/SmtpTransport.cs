using System.Net.Mail;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Infrastructure.Http;

namespace Fulfilment.Infrastructure.Alerting;

/// <summary>
/// Sends messages as e-mail through a server of the operator's. It speaks as much of SMTP as that takes: TLS from the first byte or by STARTTLS, a user's name
/// with PLAIN or LOGIN, plain text. No OAuth, no attachments, no addresses beyond ASCII.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="from">The sender.</param>
/// <param name="to">The recipients. One that the server refuses does not keep the others from getting it.</param>
/// <param name="guard">Connects to allowed addresses alone.</param>
/// <param name="certificates">Null: certificates are checked as this machine does.</param>
public sealed class SmtpTransport(
    SmtpServer server, string from, IReadOnlyList<string> to, PublicAddressGuard guard, RemoteCertificateValidationCallback? certificates = null) : IAlertTransport
{
    /// <summary>Whether the text is an address that can be written to.</summary>
    public static bool IsAddress(string text) =>
        MailAddress.TryCreate(text, out var address) && address.Address == text && text.All(c => char.IsAscii(c) && c is > ' ' and not ('<' or '>' or '"'));

    /// <inheritdoc/>
    public async Task<SendAnswer> SendAsync(AlertMessage message, CancellationToken cancellation)
    {
        try
        {
            return await TalkAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SmtpRefusedException or IOException or SocketException or AuthenticationException)
        {
            return new SendAnswer(IsSent: false, exception.Message);
        }
    }

    private async Task<SendAnswer> TalkAsync(AlertMessage message, CancellationToken cancellation)
    {
        var plain = await guard.ConnectAsync(server.EndPoint, cancellation).ConfigureAwait(false);
        await using var session = new SmtpSession(plain, cancellation);
        if (server.TlsFromStart)
        {
            await session.EncryptAsync(server.EndPoint.Host, certificates).ConfigureAwait(false);
        }

        await session.ExpectAsync(220).ConfigureAwait(false);
        var name = from[(from.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var offers = await session.SayAsync($"EHLO {name}", 250).ConfigureAwait(false);
        if (server.StartTls)
        {
            await session.SayAsync("STARTTLS", 220).ConfigureAwait(false);
            await session.EncryptAsync(server.EndPoint.Host, certificates).ConfigureAwait(false);
            offers = await session.SayAsync($"EHLO {name}", 250).ConfigureAwait(false);
        }

        if (server.User is { } user)
        {
            await session.LogInAsync(user, server.Password ?? "", offers).ConfigureAwait(false);
        }

        await session.SayAsync($"MAIL FROM:<{from}>", 250).ConfigureAwait(false);
        var refused = await NameRecipientsAsync(session).ConfigureAwait(false);
        await session.SayAsync("DATA", 354).ConfigureAwait(false);
        await session.WriteAsync(MailText.Of(message, from, to)).ConfigureAwait(false);
        var taken = await session.SayAsync(".", 250).ConfigureAwait(false);
        await session.LeaveAsync().ConfigureAwait(false);
        return new SendAnswer(IsSent: true, string.Join("; ", refused.Prepend(taken)));
    }

    private async Task<List<string>> NameRecipientsAsync(SmtpSession session)
    {
        var refused = new List<string>();
        foreach (var recipient in to)
        {
            try
            {
                // 250, or 251 and 252 where the server passes it on.
                await session.SayAsync($"RCPT TO:<{recipient}>", 25).ConfigureAwait(false);
            }
            catch (SmtpRefusedException refusal) when (refused.Count + 1 < to.Count)
            {
                refused.Add($"one recipient refused: {refusal.Message}");
            }
        }

        return refused;
    }
}

/// <summary>A mail server: <c>smtps://</c> for TLS from the first byte, <c>smtp://</c> for STARTTLS, which has to be offered, and <c>smtp://…?tls=off</c> for none.</summary>
/// <param name="Url">Its address.</param>
/// <param name="User">Who logs in; null: nobody.</param>
/// <param name="Password">Of the user.</param>
public sealed record SmtpServer(Uri Url, string? User, string? Password)
{
    /// <summary>Whether TLS comes before all else.</summary>
    public bool TlsFromStart => Url.Scheme == "smtps";

    /// <summary>Whether TLS is asked for.</summary>
    public bool StartTls => !TlsFromStart && Url.Query != "?tls=off";

    /// <summary>Where it listens.</summary>
    public System.Net.DnsEndPoint EndPoint => new(Url.DnsSafeHost, Url.Port > 0 ? Url.Port : TlsFromStart ? 465 : 587);

    /// <summary>Prints no password.</summary>
    public override string ToString() => $"{Url.Scheme}://{Url.Host}";
}
