namespace Fulfilment.Core.Alerts.Channels;

/// <summary>A way to tell people of alerts, as it is set up.</summary>
/// <param name="Name">Unique; kept with what it is to tell, so renaming it gives up what waits.</param>
/// <param name="Type">How it is sent.</param>
/// <param name="MinSeverity">Nothing milder is told.</param>
/// <param name="Kinds">Only these are told; null: all.</param>
/// <param name="Escalations">Whether it is told of what nobody has acknowledged.</param>
/// <param name="Quiet">When warnings wait; null: never.</param>
/// <param name="Gap">Between two messages at least, by the limits of the service.</param>
/// <param name="Transport">Sends.</param>
public sealed record AlertChannel(
    string Name, AlertChannelType Type, AlertSeverity MinSeverity, IReadOnlySet<AlertKind>? Kinds, EscalationUse Escalations, QuietHours? Quiet, TimeSpan Gap,
    IAlertTransport Transport)
{
    /// <summary>Whether this is told here. What is over is told wherever its beginning was, which the store knows.</summary>
    public bool Wants(Alert alert, AlertEvent what)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var isConcerned = alert.Severity >= MinSeverity && Kinds?.Contains(alert.Kind) != false;
        return what switch
        {
            AlertEvent.Opened or AlertEvent.Worsened => isConcerned && Escalations != EscalationUse.Only,
            AlertEvent.Escalated => isConcerned && Escalations != EscalationUse.None,
            AlertEvent.Resolved => true,
        };
    }
}

/// <summary>The kinds of channels.</summary>
public enum AlertChannelType
{
    /// <summary>JSON, signed as Standard Webhooks says.</summary>
    Webhook,

    /// <summary>A robot in a group of DingTalk (钉钉).</summary>
    DingTalk,

    /// <summary>A robot in a group of WeCom (企业微信).</summary>
    WeCom,

    /// <summary>A robot in a group of Feishu (飞书).</summary>
    Feishu,

    /// <summary>E-mail.</summary>
    Email,
}

/// <summary>Whether a channel is told of alerts that nobody has acknowledged in time.</summary>
public enum EscalationUse
{
    /// <summary>No.</summary>
    None,

    /// <summary>Beside all else.</summary>
    Also,

    /// <summary>Of nothing but them, and of their end.</summary>
    Only,
}

/// <summary>When and how alerts are told.</summary>
/// <param name="Channels">To whom.</param>
/// <param name="GroupFor">How long the first alert of a group waits for others.</param>
/// <param name="UpdateEvery">Between two messages about one group.</param>
/// <param name="EscalateCritical">Critical alerts that nobody has acknowledged for so long are escalated; null: never.</param>
/// <param name="EscalateWarning">The same for warnings.</param>
public sealed record AlertPolicy(
    IReadOnlyList<AlertChannel> Channels, TimeSpan GroupFor, TimeSpan UpdateEvery, TimeSpan? EscalateCritical, TimeSpan? EscalateWarning)
{
    /// <summary>What no channel has taken for so long is given up.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);
}

/// <summary>Sends messages of one channel.</summary>
public interface IAlertTransport
{
    /// <summary>Sends, and tells whether the service has taken it. Does not throw for what a network or a service may do.</summary>
    Task<SendAnswer> SendAsync(AlertMessage message, CancellationToken cancellation);
}

/// <summary>What sending came to.</summary>
/// <param name="IsSent">Whether the service has taken it.</param>
/// <param name="Detail">What it answered, for a person: never an address with its token, nor a secret.</param>
/// <param name="RetryAfter">How long it wants to be left alone.</param>
public sealed record SendAnswer(bool IsSent, string Detail, TimeSpan? RetryAfter = null);
