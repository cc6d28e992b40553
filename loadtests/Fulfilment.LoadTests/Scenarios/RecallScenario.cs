using System.Diagnostics;
using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>
/// Recalls the batch that is being sold from, while orders arrive at half their peak; another batch goes on. What is unsold is voided beside the orders.
/// </summary>
internal sealed class RecallScenario : IScenario
{
    private const int Connections = 256;

    // Of a voiding beside orders that the machine must at least manage; the orders run long enough for it.
    private const int SlowestPerSecond = 15_000;

    public async Task RunAsync(Settings settings, Report report)
    {
        using var folder = Bench.Folder();
        await using var engine = await ServerProcess.StartAsync("engine", folder.Path);
        var key = await Bench.SetUpAsync(engine);
        var seconds = (int)(settings.Rows / SlowestPerSecond) + 5;
        await Bench.ImportAsync(engine, 0, 15_000L * (seconds + (2 * settings.Seconds) + 30));
        var orders = new Uri(engine.Address, "/v1/orders?include=codes");
        await Wrk.RunAsync(orders, key, new Load(Connections, 2));
        var peak = await Wrk.RunAsync(orders, key, new Load(Connections, settings.Seconds));

        // It expires first, so from here on it is what the orders get.
        var batch = await Bench.ImportAsync(engine, 100_000_000, settings.Rows, "2029-12-31");
        var half = new Load(Connections, Math.Max(settings.Seconds, 10), peak.PerSecond / 2);
        var without = await Wrk.RunAsync(orders, key, half);

        var besideRun = Wrk.RunAsync(orders, key, half with { Seconds = seconds });
        await Task.Delay(500);
        var started = Stopwatch.GetTimestamp();
        await Bench.PostAsync(engine, $"/v1/inventory/batches/{batch}/recall", """{"reason":"bench"}""");
        var answered = Stopwatch.GetElapsedTime(started);
        var voided = await UnsoldAreVoidedAsync(engine, batch);
        var lasted = Stopwatch.GetElapsedTime(started);
        var outlasted = besideRun.IsCompleted;
        var beside = await besideRun;

        report.Add("Recall of the batch in sale, until answered", $"{answered.TotalMilliseconds:N0} ms");
        report.Add(
            $"Its {voided:N0} unsold codes voided beside orders at half their peak",
            $"{lasted.TotalSeconds:F1} s, {voided / lasted.TotalSeconds:N0}/s{(outlasted ? " (it outlasted the orders)" : "")}");
        report.Add("Orders at half the peak, without a recall", $"p50 {without.P50:F1} ms, p99 {without.P99:F1} ms at {without.PerSecond:N0}/s, {without.Refused} refused");
        report.Add("Orders beside the recall", $"p50 {beside.P50:F1} ms, p99 {beside.P99:F1} ms at {beside.PerSecond:N0}/s, {beside.Refused} refused: {(beside.P99 < 100 ? "met" : "missed")}", "p99 < 100 ms");
    }

    private static async Task<long> UnsoldAreVoidedAsync(ServerProcess engine, string batch)
    {
        while (true)
        {
            var stock = await Bench.GetAsync(engine, $"/v1/inventory/stock?sku={Bench.Sku}");
            var ours = stock.GetProperty("batches").EnumerateArray().First(entry => entry.GetProperty("id").GetString() == batch);
            if (ours.GetProperty("available").GetInt64() + ours.GetProperty("frozen").GetInt64() == 0)
            {
                return ours.GetProperty("voided").GetInt64();
            }

            await Task.Delay(100);
        }
    }
}
