using System.Globalization;
using Hangfire.Dashboard;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>Our entries in Hangfire's menu, and their numbers. Both are the process's, so they are added once.</summary>
internal static class DashboardMenu
{
    private static readonly DashboardMetric
        Open = Add("fulfilment:open", "Open units", figures => Count(figures.Open, MetricStyle.Info)),
        UnknownMoney = Add("fulfilment:unknown-money", "Money in unknowns", figures => new Metric(figures.UnknownMoney) { Style = MetricStyle.Warning, Highlighted = figures.Unknown > 0 }),
        Unknown = Add("fulfilment:unknown", "Unknown units", figures => Count(figures.Unknown, MetricStyle.Warning)),
        Discrepancies = Add("fulfilment:discrepancies", "Discrepancies", figures => Count(figures.Discrepancies, MetricStyle.Warning)),
        Alerts = Add("fulfilment:alerts", "Alerts", figures => Count(figures.Alerts, figures.IsCritical ? MetricStyle.Danger : MetricStyle.Warning));

    private static readonly Lock Gate = new();
    private static bool _isAdded;

    /// <summary>Adds pages, entries and numbers, once a process.</summary>
    public static void AddOnce()
    {
        lock (Gate)
        {
            if (_isAdded)
            {
                return;
            }

            _isAdded = true;
            DashboardPages.AddTo(DashboardRoutes.Routes);
            Add("Open work", OpenWorkPage.Path, Open);
            Add("Unknowns", UnknownsPage.Path, Unknown, UnknownMoney);
            Add("Discrepancies", DiscrepanciesPage.Path, Discrepancies);
            Add("Alerts", AlertsPage.Path, Alerts);
            Add("Orders", OrderPage.Path);
        }
    }

    private static void Add(string text, string path, params DashboardMetric[] metrics) => NavigationMenu.Items.Add(page => new MenuItem(text, page.Url.To(path))
    {
        Active = page.RequestPath.StartsWith(path, StringComparison.Ordinal),
        Metrics = metrics,
    });

    private static DashboardMetric Add(string name, string title, Func<Figures, Metric> read)
    {
        var metric = new DashboardMetric(name, title, page => page.Context.GetHttpContext().RequestServices.GetRequiredService<DashboardFigures>().Now is { } figures ? read(figures) : new Metric("…"));
        DashboardMetrics.AddMetric(metric);
        return metric;
    }

    private static Metric Count(int count, MetricStyle style) => new(count.ToString("N0", CultureInfo.InvariantCulture))
    {
        IntValue = count,
        Style = count > 0 ? style : MetricStyle.Default,
        Highlighted = count > 0,
    };
}
