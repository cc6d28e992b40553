using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Api.Json;
using Fulfilment.Infrastructure.Alerting;
using Fulfilment.Infrastructure.Http;

namespace Fulfilment.Host;

/// <summary>Reads the channels of alerts. A channel that could never work keeps the host from starting.</summary>
internal sealed class AlertChannelSettings(PublicAddressGuard guard, TimeProvider time)
{
    public const string Section = "Alerts:Channels";

    // Robots that are sent more than 20 messages a minute fall silent.
    private static readonly TimeSpan RobotGap = TimeSpan.FromSeconds(3.5), MailGap = TimeSpan.FromSeconds(2), ConnectWithin = TimeSpan.FromSeconds(5);

    public IReadOnlyList<AlertChannel> Read(IConfiguration configuration)
    {
        var channels = configuration.GetSection(Section).GetChildren().Select(ReadChannel).ToList();
        var twice = channels.GroupBy(channel => channel.Name, StringComparer.Ordinal).FirstOrDefault(name => name.Count() > 1);
        return twice is null ? channels : throw new SetupException($"Two of {Section} have the name \"{twice.Key}\". Give each its own Name.");
    }

    private AlertChannel ReadChannel(IConfigurationSection section)
    {
        var type = Enum.TryParse<AlertChannelType>(section["Type"], ignoreCase: true, out var known) && Enum.IsDefined(known)
            ? known
            : throw Wrong(section, "Type", "webhook, dingtalk, wecom, feishu or email");
        var name = section["Name"] ?? $"{type.ToString().ToLowerInvariant()}-{section.Key}";
        return new AlertChannel(
            Code.IsValid(name) ? name : throw Wrong(section, "Name", "1 to 64 of A-Z a-z 0-9 . _ -"),
            type,
            Named(section, "MinSeverity", AlertSeverity.Warning),
            ReadKinds(section),
            Named(section, "Escalations", EscalationUse.None),
            ReadQuietHours(section),
            type switch { AlertChannelType.Webhook => TimeSpan.Zero, AlertChannelType.Email => MailGap, _ => RobotGap },
            type == AlertChannelType.Email ? ReadMail(section) : ReadHttp(section, type));
    }

    private HttpTransport ReadHttp(IConfigurationSection section, AlertChannelType type)
    {
        var url = Uri.TryCreate(section["Url"], UriKind.Absolute, out var given) && guard.Allows(given)
            ? given
            : throw new SetupException($"{section.Path}:Url is no https address of the public internet. For one of your own network set Alerts:AllowPrivateAddresses=true.");
        var secret = string.IsNullOrEmpty(section["Secret"]) ? null : section["Secret"];
        IMessageFormat format = type switch
        {
            AlertChannelType.DingTalk => new DingTalkFormat(url, secret),
            AlertChannelType.WeCom => new WeComFormat(url),
            AlertChannelType.Feishu => new FeishuFormat(url, secret),
            _ => new WebhookFormat(url, secret is null ? null : WebhookSecret.TryParse(secret, out var key) ? key : throw Wrong(section, "Secret", "whsec_ and 24 to 64 bytes in base64")),
        };
        return new HttpTransport(format, new HttpClient(guard.CreateHandler(ConnectWithin)) { Timeout = SendAlerts.Patience }, time, SecretsOf(url, secret));
    }

    private SmtpTransport ReadMail(IConfigurationSection section)
    {
        var server = Uri.TryCreate(section["Url"], UriKind.Absolute, out var url) && url.Scheme is "smtp" or "smtps" && url.Host.Length > 0
            ? url
            : throw Wrong(section, "Url", "smtps://user@smtp.example.com for TLS from the first byte, smtp:// for STARTTLS");
        var to = (section["To"] ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var user = Uri.UnescapeDataString(server.UserInfo);
        if (user.Length > 0 && server.Query.Contains("tls=off", StringComparison.OrdinalIgnoreCase))
        {
            throw Wrong(section, "Url", "an address without tls=off where it names a user: the password would go over the wire for all to read");
        }

        var from = section["From"] ?? user;
        if (to.Length == 0 || !to.All(SmtpTransport.IsAddress))
        {
            throw Wrong(section, "To", "one or more addresses, separated by commas");
        }

        return SmtpTransport.IsAddress(from)
            ? new SmtpTransport(new SmtpServer(server, user.Length == 0 ? null : user, section["Secret"]), from, to, guard)
            : throw Wrong(section, "From", "the sender's address");
    }

    private static HashSet<AlertKind>? ReadKinds(IConfigurationSection section)
    {
        if (string.IsNullOrWhiteSpace(section["Kinds"]))
        {
            return null;
        }

        var names = section["Kinds"]!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. names.Select(name => EnumNameConverter.TryParse<AlertKind>(name, out var kind) ? kind : throw Wrong(section, "Kinds", "kinds of alerts as in docs/api.md, separated by commas"))];
    }

    private static QuietHours? ReadQuietHours(IConfigurationSection section) => string.IsNullOrEmpty(section["QuietHours"]) ? null
        : QuietHours.TryParse(section["QuietHours"], out var hours) ? hours : throw Wrong(section, "QuietHours", "hours such as 22:00-08:00");

    private static T Named<T>(IConfigurationSection section, string setting, T normal)
        where T : struct, Enum =>
        string.IsNullOrEmpty(section[setting]) ? normal
            : EnumNameConverter.TryParse<T>(section[setting]!, out var value) ? value
            : throw Wrong(section, setting, string.Join(", ", Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName)));

    // Tokens of robots stand in the query or anywhere in the path: /bot<token>/sendMessage, /webhooks/<id>/<token>/slack.
    private static List<string> SecretsOf(Uri url, string? secret) =>
    [
        .. url.Query.TrimStart('?').Split('&').Select(part => part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..])
            .Concat(url.Segments.Select(segment => segment.Trim('/'))).Append(secret ?? "").Where(text => text.Length >= 8),
    ];

    private static SetupException Wrong(IConfigurationSection section, string setting, string expected) =>
        new($"{section.Path}:{setting} is not usable. Write {expected}.");
}
