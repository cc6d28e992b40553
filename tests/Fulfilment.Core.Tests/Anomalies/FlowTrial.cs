using Fulfilment.Core.Anomalies;

namespace Fulfilment.Core.Tests.Anomalies;

/// <summary>
/// Eight storefronts that sell eight SKUs, watched for some weeks after six that make the pattern: once as they are, to count false alarms, and once with something
/// planted every hour and a half, somewhere, to see what is found and when.
/// </summary>
public static class FlowTrial
{
    public const int PatternWeeks = 6;

    // Two planted ones never overlap, and the one before is over and cleared.
    private const int Apart = 95, Lasts = 25;

    // From the last minute's end until the job has looked.
    private const double Looks = 1 / 3.0;

    private static readonly MadeStorefront[] Storefronts =
    [
        new(1, "large", 300), new(2, "large", 250), new(3, "medium", 60), new(4, "medium", 45), new(5, "medium", 30), new(6, "small", 10), new(7, "small", 6),
        new(8, "small", 3),
    ];

    private static readonly Dictionary<long, double> Weights =
        new() { [1] = 0.4, [2] = 0.25, [3] = 0.15, [4] = 0.1, [5] = 0.06, [6] = 0.03, [7] = 0.009, [8] = 0.001 };

    // The last four are rare.
    private const int FirstRare = 5;

    private static readonly (string Name, FlowAnomalyKind Kind, double Rate, double Share)[] Kinds =
    [
        ("no orders", FlowAnomalyKind.Drop, 0, 0), ("half the orders", FlowAnomalyKind.Drop, 0.5, 0),
        ("orders x3", FlowAnomalyKind.Surge, 3, 0), ("orders x10", FlowAnomalyKind.Surge, 10, 0),
        ("50 % more fail", FlowAnomalyKind.Failures, 1, 0.5), ("all fail", FlowAnomalyKind.Failures, 1, 1),
    ];

    /// <summary>Runs it; the same seed does the same.</summary>
    public static FlowTable Run(int seed, int weeks, FlowWatchOptions options)
    {
        var (end, holidays) = (PatternWeeks + weeks, Holidays(PatternWeeks + weeks));
        var quiet = new FlowWeeks(new Random(seed), Storefronts, Weights, end, [], holidays);
        var alarms = FlowRun.Find(quiet, options, PatternWeeks, end);

        var planted = Plant(new Random(seed), end);
        var troubled = new FlowWeeks(new Random(seed + 1), Storefronts, Weights, end, planted, holidays);
        var found = FlowRun.Find(troubled, options, PatternWeeks, end);
        return new FlowTable(
            alarms.ConvertAll(alarm => alarm.Incident), Storefronts.Length * weeks, [.. planted.Select(anomaly => Look(anomaly, quiet, found))]);
    }

    private static Trial Look(PlantedAnomaly anomaly, FlowWeeks quiet, List<(int At, FlowIncident Incident)> found)
    {
        var expected = 0.0;
        for (var minute = (int)anomaly.From; minute < anomaly.From + 15; minute++)
        {
            expected += quiet.Known(minute, minute + 2).Where(pair => anomaly.Scope.Contains(pair.Key)).Sum(pair => pair.Value.Orders) / 3.0;
        }

        var hits = found.Where(hit => hit.At > anomaly.From && hit.At <= anomaly.To && hit.Incident.Kind == anomaly.Kind && hit.Incident.Scope.Meets(anomaly.Scope)).ToList();
        return new Trial(anomaly, Where(anomaly.Scope), expected, hits.Count == 0 ? null : hits.Min(hit => hit.At) + Looks - anomaly.From, hits.Count);
    }

    private static string Where(FlowScope scope) => scope switch
    {
        { StorefrontId: 0 } => "SKU, everywhere",
        { SkuId: 0 } => $"{Size(scope)} storefront",
        { SkuId: >= FirstRare } => "rare SKU of one",
        _ => $"SKU of a {Size(scope)} one",
    };

    private static string Size(FlowScope scope) => Storefronts.Single(storefront => storefront.Id == scope.StorefrontId).Size;

    private static List<PlantedAnomaly> Plant(Random random, int end)
    {
        var planted = new List<PlantedAnomaly>();
        for (var at = (PatternWeeks * FlowWeeks.MinutesPerWeek) + 60; at < (end * FlowWeeks.MinutesPerWeek) - Apart; at += Apart)
        {
            var storefront = Storefronts[random.Next(Storefronts.Length)].Id;
            var scope = random.Next(4) switch
            {
                0 => new FlowScope(storefront, 0),
                1 => new FlowScope(0, random.Next(1, Weights.Count)),
                2 => new FlowScope(storefront, random.Next(1, FirstRare)),
                _ => new FlowScope(storefront, random.Next(FirstRare, Weights.Count)),
            };
            var (name, kind, rate, share) = Kinds[random.Next(Kinds.Length)];
            planted.Add(new PlantedAnomaly(name, kind, scope, at + (random.NextDouble() * 30), Lasts, rate, share));
        }

        return planted;
    }

    // One in the pattern, and then one a week, quiet and busy in turn.
    private static Dictionary<int, double> Holidays(int weeks)
    {
        var holidays = new Dictionary<int, double> { [16] = 0.6 };
        for (var week = PatternWeeks; week < weeks; week++)
        {
            holidays.Add((week * 7) + 2 + (week % 3), week % 2 == 0 ? 0.6 : 1.5);
        }

        return holidays;
    }
}

/// <summary>What became of a planted anomaly.</summary>
/// <param name="Planted">It.</param>
/// <param name="Where">What it was planted in.</param>
/// <param name="Expected">Orders in five minutes had it not been.</param>
/// <param name="After">Minutes until its alert was there; null: it was over before.</param>
/// <param name="Alerts">How many alerts it made.</param>
public sealed record Trial(PlantedAnomaly Planted, string Where, double Expected, double? After, int Alerts);
