using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>What a host costs that nobody asks anything: its jobs, sweeps and polls go on.</summary>
internal sealed class IdleScenario : IScenario
{
    private const long Codes = 10_000;
    private const int LeastSeconds = 60;

    // What start-up leaves to do, and what the runtime compiles for good in the first minutes.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(2);

    public async Task RunAsync(Settings settings, Report report)
    {
        using var folder = Bench.Folder();
        await using var engine = await ServerProcess.StartAsync("engine", folder.Path);
        await Bench.SetUpAsync(engine);
        await Bench.ImportAsync(engine, 0, Codes);
        await Task.Delay(WarmUp);
        var seconds = Math.Max(LeastSeconds, settings.Seconds);
        var (cpu, written) = (engine.ProcessorTime(), engine.BytesWritten());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var share = (engine.ProcessorTime() - cpu).TotalSeconds / seconds;
        report.Add(
            "Idle host: processor", $"{share:P2} of one core over {seconds} s; {(engine.BytesWritten() - written) / 1024.0 / seconds:F1} KiB/s written", "< 2 %");
    }
}
