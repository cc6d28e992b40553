using Fulfilment.Core.Alerts;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Reconciliation;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>The numbers in the dashboard's menu. Hangfire asks for them synchronously, with every page and every two seconds, so they are read beforehand and kept for a moment.</summary>
public sealed class DashboardFigures(IUnitOverview units, IDiscrepancyStore discrepancies, IAlerts alerts, TimeProvider time)
{
    private const int MostCounted = 100;

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1);
    private volatile Figures? _now;

    /// <summary>As of a few seconds ago; null before the first look.</summary>
    internal Figures? Now => _now;

    /// <summary>Reads them anew where they are old.</summary>
    internal async Task RefreshAsync(CancellationToken cancellation)
    {
        if (IsFresh())
        {
            return;
        }

        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _now = IsFresh() ? _now : await ReadAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private bool IsFresh() => _now is { } now && time.GetElapsedTime(now.ReadAt) < KeptFor;

    private async Task<Figures> ReadAsync(CancellationToken cancellation)
    {
        var (at, now) = (time.GetTimestamp(), time.GetUtcNow());
        var open = await units.CountOpenAsync(now, cancellation).ConfigureAwait(false);
        var unknowns = await units.SumUnknownsAsync(now, cancellation).ConfigureAwait(false);
        var unsettled = await discrepancies.ListAsync(new DiscrepancyQuery(long.MaxValue, MostCounted) { Status = DiscrepancyStatus.Open }, cancellation).ConfigureAwait(false);
        var unseen = await alerts.ListAsync(new AlertFilter(AlertStatus.Open), long.MaxValue, MostCounted, cancellation).ConfigureAwait(false);
        return new Figures(
            at, open.Sum(count => count.Units), unknowns.Sum(sum => sum.Units),
            string.Join(" + ", UnknownsPage.Totals(unknowns).Select(total => Words.Of(total.Cost, total.Currency))), unsettled.Count, unseen.Count,
            unseen.Any(alert => alert.Severity == AlertSeverity.Critical));
    }
}

/// <summary>What the menu says.</summary>
internal sealed record Figures(long ReadAt, int Open, int Unknown, string UnknownMoney, int Discrepancies, int Alerts, bool IsCritical);
