using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>What somebody should look at, and is not over.</summary>
internal sealed class AlertsPage(IReadOnlyList<Alert> alerts) : FiguresPage("Alerts")
{
    public const string Path = "/alerts";

    /// <summary>At most so many of each status are shown.</summary>
    public const int Most = 200;

    protected override void Body() => Table(
        ["Alert", "Since", "Severity", "Kind", "About", "Cause", "At stake", "Times", "Looked after by"],
        [.. alerts.Select(alert => (IReadOnlyList<Cell>)
        [
            PublicId.Format(PublicId.Alert, alert.Id), Words.Of(alert.OpenedAt), Words.Of(alert.Severity), Words.Of(alert.Kind), alert.Subject, alert.Cause.English,
            alert.AtStake?.ToString() ?? "", Words.Of(alert.Count), alert.Acknowledged?.By ?? "",
        ])],
        "There is no alert.");
}
