using System.Globalization;

namespace Fulfilment.Core.Alerts.Channels;

/// <summary>The languages of messages.</summary>
public enum AlertLanguage
{
    /// <summary>English.</summary>
    English,

    /// <summary>Simplified Chinese.</summary>
    Chinese,
}

/// <summary>Says in words what became of alerts: what, since when, how much, what to do, where.</summary>
public sealed class AlertTexts(AlertLanguage language, AlertLinks links, TimeZoneInfo zone)
{
    private const int LongestCause = 400;

    private bool IsChinese => language == AlertLanguage.Chinese;

    /// <summary>The message about these alerts, the most severe first.</summary>
    public AlertMessage Compose(string id, DateTimeOffset at, string? group, IReadOnlyList<(Alert Alert, AlertEvent Event)> alerts)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        var going = alerts.Where(item => item.Event != AlertEvent.Resolved).Select(item => item.Alert).ToList();
        var severity = (going.Count > 0 ? going : [.. alerts.Select(item => item.Alert)]).Max(alert => alert.Severity);
        var stakes = going.Where(alert => alert.AtStake is not null).GroupBy(alert => alert.AtStake!.Value.Currency, StringComparer.Ordinal)
            .Select(of => new MoneyAtStake(of.Aggregate(Money.Zero, (sum, alert) => sum + alert.AtStake!.Value.Amount), of.Key)).ToList();
        var items = alerts.Take(AlertMessage.MostItems).Select(item => new AlertItem(item.Alert, item.Event, links.Of(item.Alert))).ToList();
        var blocks = items.Select(BlockOf).ToList();
        if (alerts.Count > items.Count || stakes.Count > 0 && alerts.Count > 1)
        {
            // First: a channel cuts what is too long at its end.
            blocks.Insert(0, SummaryOf(alerts.Count - items.Count, stakes, group));
        }

        return new AlertMessage(id, at, severity, group, items, alerts.Count, stakes, new MessageText(TitleOf(alerts, severity, going.Count), blocks));
    }

    /// <summary>A message that tells nothing but that it arrives.</summary>
    public AlertMessage Test(string id, DateTimeOffset at, string channel) => new(
        id, at, AlertSeverity.Warning, null, [], 0, [],
        new MessageText(
            IsChinese ? "[测试] Fulfilment 告警" : "[test] Fulfilment alerts",
            [new MessageBlock(null, [IsChinese ? $"通道 {channel} 可以收到告警。" : $"The channel {channel} receives alerts."], null)]));

    private string TitleOf(IReadOnlyList<(Alert Alert, AlertEvent Event)> alerts, AlertSeverity severity, int going)
    {
        var mark = going == 0 ? Say("resolved", "已恢复") : severity == AlertSeverity.Critical ? Say("critical", "严重") : Say("warning", "警告");
        var first = Words(alerts[0].Alert.Kind).Title;
        var rest = alerts.Count - 1;
        return rest == 0 ? $"[{mark}] {first}" : string.Create(CultureInfo.InvariantCulture, $"[{mark}] {first}{(IsChinese ? $" 等 {alerts.Count} 项" : $" and {rest} more")}");
    }

    private MessageBlock BlockOf(AlertItem item)
    {
        var (alert, words) = (item.Alert, Words(item.Alert.Kind));
        var cause = Say(alert.Cause.English, alert.Cause.Chinese);
        var lines = new List<string> { cause.Length > LongestCause ? cause[..LongestCause] + "…" : cause };
        var since = Say($"Since {Clock(alert.OpenedAt)}", $"开始于 {Clock(alert.OpenedAt)}");
        if (item.Event == AlertEvent.Resolved)
        {
            since = Say($"From {Clock(alert.OpenedAt)} to {Clock(alert.Resolved?.At ?? alert.LastAt)}", $"{Clock(alert.OpenedAt)} 至 {Clock(alert.Resolved?.At ?? alert.LastAt)}");
        }
        else if (alert.Count > 1)
        {
            since += Say($", {alert.Count} times", $",共 {alert.Count} 次");
        }

        lines.Add(since + (alert.AtStake is { } stake ? Say($"; at stake: {stake}", $";涉及金额:{stake}") : ""));
        if (item.Event != AlertEvent.Resolved)
        {
            lines.Add(Say($"Next: {words.NextStep}", $"处理:{words.NextStep}"));
        }

        return new MessageBlock($"{HeadingOf(item.Event, alert)}{words.Title} · {alert.Subject}", lines, item.Link);
    }

    private string HeadingOf(AlertEvent what, Alert alert) => what switch
    {
        AlertEvent.Opened => alert.Severity == AlertSeverity.Critical ? Say("CRITICAL: ", "【严重】") : "",
        AlertEvent.Worsened => Say("NOW CRITICAL: ", "【升级为严重】"),
        AlertEvent.Escalated => Say("NOBODY LOOKS AFTER THIS: ", "【无人处理】"),
        AlertEvent.Resolved => Say("Resolved: ", "【已恢复】"),
    };

    private MessageBlock SummaryOf(int others, List<MoneyAtStake> stakes, string? group)
    {
        var lines = new List<string>();
        if (others > 0)
        {
            lines.Add(Say($"And {others} more.", $"另有 {others} 项。"));
        }

        if (stakes.Count > 0)
        {
            lines.Add(Say("At stake in all: ", "合计涉及金额:") + string.Join(", ", stakes));
        }

        return new MessageBlock(null, lines, others == 0 ? null : group is null ? links.OfAll() : links.OfGroup(group));
    }

    private AlertWords Words(AlertKind kind) => IsChinese ? AlertGuide.Of(kind).Chinese : AlertGuide.Of(kind).English;

    private string Say(string english, string chinese) => IsChinese ? chinese : english;

    private string Clock(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return local.ToString("yyyy-MM-dd HH:mm (zzz)", CultureInfo.InvariantCulture);
    }
}
