using System.Diagnostics;
using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>Whether a claim, the start and the memory depend on how many codes are in stock.</summary>
internal sealed class StockScenario : IScenario
{
    private const int SmallStock = 10_000;

    public async Task RunAsync(Settings settings, Report report)
    {
        using var smallFolder = Bench.Folder();
        using var largeFolder = Bench.Folder();
        var smallKey = await FillAsync(smallFolder.Path, 0);
        var largeKey = await FillAsync(largeFolder.Path, settings.LargeStock, peak => report.Add($"Peak memory while importing {settings.LargeStock:N0} codes", $"{peak / 1e6:F0} MB", "< 300 MB for 5 million"));

        var (small, large, smallStart, largeStart) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < settings.Runs; run++)
        {
            // The small stock is filled up before each run, so that it stays about as small as it is called.
            small.Add(await MeasureAsync(smallFolder.Path, smallKey, settings, smallStart, run + 1));
            large.Add(await MeasureAsync(largeFolder.Path, largeKey, settings, largeStart, null));
        }

        report.Add($"Claim with {settings.LargeStock:N0} in stock against {SmallStock:N0}", $"{Bench.Median(large.Zip(small, (one, other) => one / other)):F2}× ({Bench.Median(large):F1} µs against {Bench.Median(small):F1} µs)", "about 1×");
        report.Add("Start-up, large stock against small", $"{Bench.Median(largeStart):F2} s against {Bench.Median(smallStart):F2} s", "the same");
    }

    private static async Task<string> FillAsync(string folder, long stock, Action<long>? peak = null)
    {
        await using var engine = await ServerProcess.StartAsync("engine", folder);
        var key = await Bench.SetUpAsync(engine);
        if (stock > 0)
        {
            await Bench.ImportAsync(engine, 0, stock);
            peak?.Invoke(engine.PeakMemory());
        }

        return key;
    }

    // A fixed number of orders, fewer than the small stock holds; microseconds of the writer's claim stage an order.
    private static async Task<double> MeasureAsync(string folder, string key, Settings settings, List<double> starts, int? refill)
    {
        var started = Stopwatch.GetTimestamp();
        await using var engine = await ServerProcess.StartAsync("engine", folder);
        starts.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        if (refill is { } number)
        {
            await Bench.ImportAsync(engine, number * (long)SmallStock, SmallStock);
        }

        var load = new Load(16, 2, PerSecond: 2_000);
        var result = await Wrk.RunAsync(new Uri(engine.Address, "/v1/orders?include=codes"), key, load);
        var stages = (await engine.Client.GetStringAsync("/bench/stages")).Split('\n').Select(line => line.Split(' ')).ToDictionary(pair => pair[0], pair => double.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture));
        return result.Refused == 0
            ? stages["Claim"] / stages["fulfilment.intake.orders"] * 1e6
            : throw new InvalidOperationException($"{result.Refused} orders were refused; the stock was too small for the measurement.");
    }
}
