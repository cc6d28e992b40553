using System.Globalization;
using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>Durable orders a second at 256 connections, against parsing alone and against the plain implementation; then latency at half the peak.</summary>
internal sealed class IntakeScenario : IScenario
{
    private const int Connections = 256;
    private static readonly string[] Stages = ["Read", "Claim", "Decide", "Write", "Commit"];

    public async Task RunAsync(Settings settings, Report report)
    {
        using var folder = Bench.Folder();
        using var plainFolder = Bench.Folder();
        await using var engine = await ServerProcess.StartAsync("engine", folder.Path);
        await using var plain = await ServerProcess.StartAsync("plain", plainFolder.Path);
        var key = await Bench.SetUpAsync(engine);
        var plainKey = await Bench.SetUpAsync(plain);
        await Bench.ImportAsync(engine, 0, 30_000L * settings.Seconds * (settings.Runs + 5));
        await Bench.ImportAsync(plain, 0, 6_000L * settings.Seconds * (settings.Runs + 2));

        var orders = new Uri(engine.Address, "/v1/orders?include=codes");
        var parse = new Uri(engine.Address, "/bench/parse");
        var plainOrders = new Uri(plain.Address, "/plain/orders");
        var load = new Load(Connections, settings.Seconds);
        // Until the runtime has compiled the hot paths for good, which takes some ten thousand requests each.
        await Checked(parse, key, load);
        await Checked(orders, key, load);
        await Checked(orders, key, load);
        await Checked(plainOrders, plainKey, load);

        var before = await StagesAsync(engine);
        var (parsed, taken, plainly) = (new List<WrkResult>(), new List<WrkResult>(), new List<WrkResult>());
        for (var run = 0; run < settings.Runs; run++)
        {
            parsed.Add(await Checked(parse, key, load));
            taken.Add(await Checked(orders, key, load));
            plainly.Add(await Checked(plainOrders, plainKey, load));
        }

        var after = await StagesAsync(engine);
        var peak = Bench.Median(taken.Select(run => run.PerSecond));
        var ratio = Bench.Median(taken.Zip(parsed, (one, other) => one.PerSecond / other.PerSecond));
        var overPlain = Bench.Median(taken.Zip(plainly, (one, other) => one.PerSecond / other.PerSecond));
        report.Add("Durable orders, 256 connections", $"{peak:N0}/s, p99 {Bench.Median(taken.Select(run => run.P99)):F1} ms");
        report.Add("Parse-only endpoint", $"{Bench.Median(parsed.Select(run => run.PerSecond)):N0}/s");
        report.Add("Orders against parse-only", $"{ratio:F2}×", "≥ 0.30×, goal 0.45×");
        report.Add("Plain implementation", $"{Bench.Median(plainly.Select(run => run.PerSecond)):N0}/s");
        report.Add("Orders against plain", $"{overPlain:F1}×", "≥ 6×");
        ReportStages(report, before, after);

        // The pauses are on top of the answers' own time, so the rate comes out a little under the half.
        var half = await Checked(orders, key, load with { PerSecond = peak / 2, Seconds = Math.Max(settings.Seconds, 10) });
        report.Add("Latency at half the peak", $"p50 {half.P50:F1} ms, p99 {half.P99:F1} ms at {half.PerSecond:N0}/s", "p99 < 50 ms");
    }

    private static async Task<WrkResult> Checked(Uri url, string key, Load load)
    {
        var result = await Wrk.RunAsync(url, key, load);
        return result is { Refused: 0, Broken: 0 }
            ? result
            : throw new InvalidOperationException($"{url.AbsolutePath}: {result.Refused} refused and {result.Broken} broken of {result.Requests}; the figures would mean nothing.");
    }

    private static async Task<Dictionary<string, double>> StagesAsync(ServerProcess engine)
    {
        var text = await engine.Client.GetStringAsync("/bench/stages");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture));
    }

    private static void ReportStages(Report report, Dictionary<string, double> before, Dictionary<string, double> after)
    {
        double Grown(string name) => after.GetValueOrDefault(name) - before.GetValueOrDefault(name);
        var orders = Grown("fulfilment.intake.orders");
        var micros = Stages.Select(stage => (stage, Micros: Grown(stage) / orders * 1e6)).ToList();
        report.Add(
            "Writer time per order",
            $"{micros.Sum(part => part.Micros):F1} µs ({string.Join(", ", micros.Select(part => $"{part.stage.ToLowerInvariant()} {part.Micros:F1}"))}); {orders / Grown("fulfilment.intake.group.size.groups"):F0} orders a group");
    }
}
