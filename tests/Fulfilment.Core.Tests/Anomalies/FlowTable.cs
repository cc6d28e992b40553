using System.Globalization;
using System.Text;
using Fulfilment.Core.Anomalies;

namespace Fulfilment.Core.Tests.Anomalies;

/// <summary>What trials came to.</summary>
/// <param name="FalseAlarms">What was found where nothing was planted.</param>
/// <param name="StorefrontWeeks">In so many weeks of so many storefronts, multiplied.</param>
/// <param name="Trials">What was planted.</param>
public sealed record FlowTable(IReadOnlyList<FlowIncident> FalseAlarms, int StorefrontWeeks, IReadOnlyList<Trial> Trials)
{
    private static readonly double[] Bands = [0, 5, 10, 20, 30, 50, 100, 200, 400, double.MaxValue];

    /// <summary>Orders in five minutes from which on a kind is to be found within five minutes; docs/operations.md says so.</summary>
    public static readonly IReadOnlyDictionary<string, double> WatchedFrom = new Dictionary<string, double>
    {
        ["no orders"] = 50, ["half the orders"] = 400, ["orders x3"] = 50, ["orders x10"] = 5, ["50 % more fail"] = 50, ["all fail"] = 30,
    };

    /// <summary>Those that are large enough to be watched.</summary>
    public IEnumerable<Trial> Watched => Trials.Where(trial => trial.Expected >= WatchedFrom[trial.Planted.Name]);

    /// <summary>Which share of the watched ones was found within five minutes.</summary>
    public double FoundInTime => ShareInTime([.. Watched]);

    /// <summary>False alarms a storefront and week.</summary>
    public double FalseAlarmsAWeek => (double)FalseAlarms.Count / StorefrontWeeks;

    /// <summary>Several together.</summary>
    public static FlowTable operator +(FlowTable a, FlowTable b) =>
        new([.. a.FalseAlarms, .. b.FalseAlarms], a.StorefrontWeeks + b.StorefrontWeeks, [.. a.Trials, .. b.Trials]);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line(text, $"{FalseAlarms.Count} false alarms in {StorefrontWeeks} storefront-weeks: {FalseAlarmsAWeek:0.00} a storefront and week ({string.Join(", ", FalseAlarms.CountBy(alarm => alarm.Kind).OrderBy(kind => kind.Key).Select(kind => $"{kind.Key} {kind.Value}"))}).");
        Line(text, $"{Trials.Count} planted, {Watched.Count()} of them large enough to be watched; of those found within five minutes: {FoundInTime:P1}.\n");
        Line(text, $"| what | where | planted | found within 25 min | watched | of those in 5 min | alerts each |\n|---|---|---:|---:|---:|---:|---:|");
        foreach (var row in Trials.GroupBy(trial => (trial.Planted.Name, trial.Where)).OrderBy(row => row.Key))
        {
            var (all, watched) = (row.ToList(), row.Intersect(Watched).ToList());
            var found = all.Where(trial => trial.After is not null).ToList();
            Line(text, $"| {row.Key.Name} | {row.Key.Where} | {all.Count} | {found.Count} | {watched.Count} | {(watched.Count == 0 ? "–" : $"{ShareInTime(watched):P0}")} | {(found.Count == 0 ? "–" : found.Average(trial => trial.Alerts).ToString("0.0", CultureInfo.InvariantCulture))} |");
        }

        Line(text, $"\nFound within 5 and within 25 minutes, by orders that were to be expected in five minutes:\n");
        Line(text, $"| | {string.Join(" | ", Bands.SkipLast(1).Select((from, i) => i == Bands.Length - 2 ? $"{from}+" : $"{from}–{Bands[i + 1]}"))} |\n|---|{string.Concat(Bands.SkipLast(1).Select(_ => "---:|"))}");
        foreach (var row in Trials.GroupBy(trial => trial.Planted.Name).OrderBy(row => row.Key))
        {
            Line(text, $"| {row.Key} | {string.Join(" | ", Bands.SkipLast(1).Select((from, i) => Cell([.. row.Where(trial => trial.Expected >= from && trial.Expected < Bands[i + 1])])))} |");
        }

        return text.ToString();
    }

    private static string Cell(List<Trial> trials) => trials.Count == 0
        ? "–"
        : string.Create(CultureInfo.InvariantCulture, $"{100 * ShareInTime(trials):0} / {100.0 * trials.Count(trial => trial.After is not null) / trials.Count:0} % of {trials.Count}");

    private static double ShareInTime(List<Trial> trials) => trials.Count == 0 ? 1 : (double)trials.Count(trial => trial.After <= 5) / trials.Count;

    private static void Line(StringBuilder text, FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
}
